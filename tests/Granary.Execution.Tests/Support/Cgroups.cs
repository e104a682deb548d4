using Granary.Hardware;

namespace Granary.Execution.Tests.Support;

/// <summary>Whether this machine lets the tests make control groups, and where.</summary>
internal static class Cgroups
{
    public static CgroupFileSystem Here { get; } = CgroupFileSystem.Detect(SystemRoot.Machine);

    public static CgroupLayout Layout { get; } = CgroupLayout.Detect(SystemRoot.Machine);

    public static void Require() => Assert.SkipUnless(Here.Usable, "control groups cannot be made here: " + Here.WhyNot);

    public static CgroupHierarchy Require(CgroupController controller)
    {
        Assert.SkipUnless(Layout.For(controller) is not null, $"no {controller} groups can be made here: {Layout.WhyNot.GetValueOrDefault(controller)}");
        return Layout.For(controller)!;
    }

    /// <summary>Directories that a shim left behind; each is named after the shim's instance.</summary>
    public static IEnumerable<string> Left(string instance) =>
        Layout.Hierarchies.SelectMany(h => h.Parents).Distinct().SelectMany(p => Directory.EnumerateDirectories(p, "granary-" + instance));

    /// <summary>The directory of a process's own group for a controller; null when it is in none of ours.</summary>
    public static string? GroupOf(int pid, CgroupController controller)
    {
        if (Layout.For(controller) is not { } hierarchy) return null;
        var name = hierarchy.Version == CgroupVersion.V2 ? "" : controller == CgroupController.Io ? "blkio" : controller.ToString().ToLowerInvariant();
        var line = (SystemRoot.Machine.Read($"/proc/{pid}/cgroup") ?? "").Split('\n').Select(l => l.Split(':', 3))
            .FirstOrDefault(f => f.Length == 3 && f[1].Split(',').Contains(name) && f[2].Contains("/granary-", StringComparison.Ordinal));
        return line is null ? null : hierarchy.Parents.Select(p => Mount(p, line[2])).FirstOrDefault(Directory.Exists);
    }

    // the group's path is from its mount, the parent's directory may already be below it
    private static string Mount(string parent, string path)
    {
        for (var mount = parent; mount.Length > 1; mount = Path.GetDirectoryName(mount)!)
            if (Directory.Exists(mount + path)) return mount + path;
        return parent + path;
    }
}
