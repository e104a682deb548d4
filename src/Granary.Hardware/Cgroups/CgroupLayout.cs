namespace Granary.Hardware;

/// <summary>
/// Every hierarchy of control groups that serves a controller we use: version 2 has one for all, version 1 one for each mount, and a hybrid
/// machine some of each (cgroups(7): a controller serves one version at a time).
/// </summary>
/// <param name="Hierarchies">In the order in which a task's groups are made: memory first.</param>
/// <param name="WhyNot">Of each controller that cannot be used: why, and what would help.</param>
public sealed record CgroupLayout(IReadOnlyList<CgroupHierarchy> Hierarchies, IReadOnlyDictionary<CgroupController, string> WhyNot)
{
    private static readonly CgroupController[] All = Enum.GetValues<CgroupController>();

    public CgroupHierarchy? For(CgroupController controller) => Hierarchies.FirstOrDefault(h => h.Controllers.Contains(controller));

    /// <summary>Reads <c>/proc/self/mounts</c> and <c>/proc/self/cgroup</c>; makes and removes an empty group in each to see whether it may.</summary>
    public static CgroupLayout Detect(SystemRoot root)
    {
        var found = new List<CgroupHierarchy>();
        var why = new Dictionary<CgroupController, string>();
        var own = CgroupFileSystem.Groups(root);
        var unified = "";
        foreach (var line in (root.Read("/proc/self/mounts") ?? "").Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length < 4) continue;
            if (fields[2] == "cgroup2" && unified.Length == 0) unified = fields[1];
            if (fields[2] != "cgroup") continue;
            var options = fields[3].Split(',');
            var controllers = All.Where(c => options.Contains(V1Name(c)) && !found.Exists(h => h.Controllers.Contains(c))).ToArray();
            if (controllers.Length == 0) continue;
            var path = CgroupFileSystem.Join(root, fields[1], own.GetValueOrDefault(V1Name(controllers[0]), "/"));
            Add(new(CgroupVersion.V1, [path], controllers));
        }
        if (unified.Length > 0)
        {
            var path = CgroupFileSystem.Join(root, unified, own.GetValueOrDefault("", "/"));
            // what the group itself lacks its root may have, and only there can a group that holds processes be avoided
            var offered = $"{root.Read(path + "/cgroup.controllers")} {root.Read(unified + "/cgroup.controllers")}".Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Add(new(CgroupVersion.V2, path == unified ? [path] : [path, unified],
                [.. All.Where(c => (c == CgroupController.Freezer || offered.Contains(V2Name(c))) && !found.Exists(h => h.Controllers.Contains(c)))]));
        }
        foreach (var controller in All)
            if (!found.Exists(h => h.Controllers.Contains(controller)))
                why.TryAdd(controller, unified.Length == 0 && found.Count == 0 && why.Count == 0 ? "no cgroup file system is mounted"
                    : $"the {V2Name(controller)} controller is not here, or not delegated to this group (systemd: Delegate=yes)");
        return new([.. found.OrderBy(h => h.Controllers.Min())], why);

        void Add(CgroupHierarchy hierarchy)
        {
            if (hierarchy.Controllers.Count == 0) return;
            var refused = hierarchy.Parents.Select(p => CgroupFileSystem.WhyNotWritable(root, p)).ToArray();
            var open = hierarchy.Parents.Where((_, i) => refused[i].Length == 0).ToArray();
            if (open.Length > 0) found.Add(hierarchy with { Parents = open });
            else foreach (var controller in hierarchy.Controllers) why.TryAdd(controller, refused[0]);
        }
    }

    internal static string V1Name(CgroupController controller) => controller == CgroupController.Io ? "blkio" : V2Name(controller);

    internal static string V2Name(CgroupController controller) => controller.ToString().ToLowerInvariant();
}

/// <summary>One hierarchy in which groups can be made.</summary>
/// <param name="Parents">Directories below which they can be made, the best first.</param>
/// <param name="Controllers">What it controls.</param>
public sealed record CgroupHierarchy(CgroupVersion Version, IReadOnlyList<string> Parents, IReadOnlyList<CgroupController> Controllers);
