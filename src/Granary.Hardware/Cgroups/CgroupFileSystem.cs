namespace Granary.Hardware;

public enum CgroupVersion
{
    None,
    V1,
    V2,
}

/// <summary>
/// Which cgroup hierarchy serves a controller here and the group this process is in. A machine may mount both versions; the one
/// that has the memory controller counts (cgroups(7), "cgroups version 2": a controller serves one version at a time).
/// </summary>
/// <param name="Version">None when no hierarchy with a memory controller is mounted.</param>
/// <param name="MemoryPath">Absolute directory of this process's group for memory (v2: for everything); empty for none.</param>
/// <param name="CpuPath">The same for CPU; empty when the controller is not there.</param>
/// <param name="WhyNot">What is missing when <paramref name="Version"/> is None, or why groups cannot be made here; empty otherwise.</param>
public sealed record CgroupFileSystem(CgroupVersion Version, string MemoryPath, string CpuPath, string WhyNot)
{
    /// <summary>Root of the hierarchy that has the memory controller; empty for none.</summary>
    public string MountPath { get; init; } = "";

    public bool Usable => Version != CgroupVersion.None && WhyNot.Length == 0;

    /// <summary>Reads <c>/proc/self/mounts</c> and <c>/proc/self/cgroup</c>; makes and removes one empty group to see whether it may.</summary>
    public static CgroupFileSystem Detect(SystemRoot root)
    {
        string memory = "", cpu = "", unified = "";
        foreach (var line in (root.Read("/proc/self/mounts") ?? "").Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length < 4) continue;
            var options = fields[3].Split(',');
            if (fields[2] == "cgroup2" && unified.Length == 0) unified = fields[1];
            if (fields[2] != "cgroup") continue;
            if (options.Contains("memory")) memory = fields[1];
            if (options.Contains("cpu")) cpu = fields[1];
        }

        var groups = Groups(root);
        if (memory.Length > 0)
        {
            var found = new CgroupFileSystem(CgroupVersion.V1, Join(root, memory, groups.GetValueOrDefault("memory", "/")),
                cpu.Length == 0 ? "" : Join(root, cpu, groups.GetValueOrDefault("cpu", "/")), "")
            { MountPath = memory };
            return found with { WhyNot = WhyNotWritable(root, found.MemoryPath) };
        }
        if (unified.Length == 0) return new(CgroupVersion.None, "", "", "no cgroup file system is mounted");

        var path = Join(root, unified, groups.GetValueOrDefault("", "/"));
        var controllers = (root.Read(path + "/cgroup.controllers") ?? "").Split(' ');
        if (!controllers.Contains("memory"))
            return new(CgroupVersion.None, "", "", $"the memory controller is not delegated to {path} (systemd: Delegate=yes)");
        var v2 = new CgroupFileSystem(CgroupVersion.V2, path, controllers.Contains("cpu") ? path : "", "") { MountPath = unified };
        return v2 with { WhyNot = WhyNotWritable(root, path) };
    }

    /// <summary>The group of this process by controller; empty for version 2.</summary>
    internal static Dictionary<string, string> Groups(SystemRoot root)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (root.Read("/proc/self/cgroup") ?? "").Split('\n'))
        {
            var fields = line.Split(':', 3);
            if (fields.Length < 3) continue;
            foreach (var controller in fields[1].Split(',')) groups[controller] = fields[2];
        }
        return groups;
    }

    // in a container the group's path may name a directory of the host that is not visible: its own root is the mount point then
    internal static string Join(SystemRoot root, string mount, string group)
    {
        var joined = group == "/" ? mount : mount + group;
        return root.HasDirectory(joined) ? joined : mount;
    }

    /// <summary>Makes an empty group there and removes it: with its own files, on a real cgroup file system. Empty when that works.</summary>
    internal static string WhyNotWritable(SystemRoot root, string path)
    {
        var probe = root.At($"{path}/granary-probe-{Guid.NewGuid():N}");
        try
        {
            if (!root.HasDirectory(path)) return $"groups cannot be made in {path}: it is no directory";
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            return "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"groups cannot be made in {path}: {(e is UnauthorizedAccessException ? "not permitted" : e.Message)}";
        }
    }
}
