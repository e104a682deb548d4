using Granary.Execution.Posix;
using Granary.Hardware;

namespace Granary.Execution.Limits;

/// <summary>
/// The directories <c>granary-INSTANCE</c> below which one shim's tasks have their groups, one in each hierarchy. They are remembered in a file:
/// the next shim may be started in another group than this one, and has to find them.
/// </summary>
internal static class GroupBases
{
    private const string Format = "2";

    /// <param name="layout">Where groups can be made now.</param>
    /// <param name="instance">Part of the directories' name.</param>
    /// <param name="remember">The file.</param>
    public static List<OpenHierarchy> Open(CgroupLayout layout, string instance, string remember)
    {
        var open = Remembered(remember);
        foreach (var hierarchy in layout.Hierarchies)
        {
            if (open.Exists(o => o.Controllers.Intersect(hierarchy.Controllers).Any())) continue;
            if (Make(hierarchy, instance) is { } made) open.Add(made);
        }
        if (open.Count > 0)
            File.WriteAllLines(remember, [Format, .. open.Select(o => $"{o.Version} {string.Join(',', o.Controllers)} {o.Directory}")]);
        return open;
    }

    /// <summary>Version 1 takes a CPU that goes offline out of a set for good: when it is back the set has to be told.</summary>
    public static OpenHierarchy Refresh(OpenHierarchy hierarchy)
    {
        if (!hierarchy.Controllers.Contains(CgroupController.Cpuset)) return hierarchy;
        if (hierarchy.Version == CgroupVersion.V1) FillCpuset(hierarchy.Directory);
        return Describe(hierarchy.Version, hierarchy.Directory, hierarchy.Controllers);
    }

    private static OpenHierarchy? Make(CgroupHierarchy hierarchy, string instance)
    {
        foreach (var parent in hierarchy.Parents)
        {
            var own = $"{parent}/granary-{instance}";
            if (Sys.MakeDirectory(own) is not (0 or Errno.Exists)) continue;
            if (hierarchy.Version == CgroupVersion.V1)
            {
                if (hierarchy.Controllers.Contains(CgroupController.Cpuset)) FillCpuset(own);
                return Describe(CgroupVersion.V1, own, hierarchy.Controllers);
            }

            // A group with processes in it cannot have controlled children (cgroups(7), "no internal processes"), unless it is the root.
            foreach (var controller in hierarchy.Controllers)
            {
                var name = $"+{controller.ToString().ToLowerInvariant()}";
                _ = GroupFile.Write($"{parent}/cgroup.subtree_control", name);
                _ = GroupFile.Write($"{own}/cgroup.subtree_control", name);
            }
            var have = Text($"{own}/cgroup.subtree_control").Split(' ');
            var got = hierarchy.Controllers.Where(c => c == CgroupController.Freezer || have.Contains(c.ToString().ToLowerInvariant())).ToArray();
            // the last parent is taken with what it has; an earlier one only with all of it
            if (got.Length == hierarchy.Controllers.Count || parent == hierarchy.Parents[^1]) return Describe(CgroupVersion.V2, own, got);
            Directory.Delete(own);
        }
        return null;
    }

    private static List<OpenHierarchy> Remembered(string remember)
    {
        var open = new List<OpenHierarchy>();
        var lines = File.Exists(remember) ? File.ReadAllLines(remember) : [];
        if (lines.Length > 0 && lines[0] == Format)
        {
            foreach (var line in lines[1..])
                if (line.Split(' ', 3) is [var version, var controllers, var directory] && Enum.TryParse<CgroupVersion>(version, out var v) && Directory.Exists(directory))
                    open.Add(Describe(v, directory, [.. controllers.Split(',').Select(c => Enum.TryParse<CgroupController>(c, out var one) ? one : CgroupController.Freezer).Distinct()]));
        }
        // of a build that knew memory and CPU alone
        else if (lines is [var version, var memory, var cpu] && Enum.TryParse<CgroupVersion>(version, out var v))
        {
            if (Directory.Exists(memory)) open.Add(Describe(v, memory, v == CgroupVersion.V2 ? [CgroupController.Memory, CgroupController.Cpu, CgroupController.Freezer] : [CgroupController.Memory]));
            if (v == CgroupVersion.V1 && cpu.Length > 0 && Directory.Exists(cpu)) open.Add(Describe(v, cpu, [CgroupController.Cpu]));
        }
        return open;
    }

    // A group has the files of its controllers, and our own directory has those that tasks' groups will have. In version 2 the limits
    // of a controller are there once the parent hands it down.
    private static OpenHierarchy Describe(CgroupVersion version, string directory, IReadOnlyList<CgroupController> controllers)
    {
        var files = Directory.EnumerateFiles(directory).Select(f => Path.GetFileName(f)).ToHashSet(StringComparer.Ordinal);
        var cpuset = controllers.Contains(CgroupController.Cpuset);
        return new(version, directory, controllers, files,
            cpuset ? Text(version == CgroupVersion.V2 ? $"{directory}/cpuset.cpus.effective" : $"{directory}/cpuset.cpus") : "",
            cpuset ? Text(version == CgroupVersion.V2 ? $"{directory}/cpuset.mems.effective" : $"{directory}/cpuset.mems") : "");
    }

    // a new set of version 1 is empty and takes nobody in
    private static void FillCpuset(string directory)
    {
        var parent = Path.GetDirectoryName(directory)!;
        foreach (var file in (string[])["cpuset.cpus", "cpuset.mems"]) _ = GroupFile.Write($"{directory}/{file}", Text($"{parent}/{file}"));
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
