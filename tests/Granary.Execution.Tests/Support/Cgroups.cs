using Granary.Hardware;

namespace Granary.Execution.Tests.Support;

/// <summary>Whether this machine lets the tests make control groups, and where.</summary>
internal static class Cgroups
{
    public static CgroupFileSystem Here { get; } = CgroupFileSystem.Detect(SystemRoot.Machine);

    public static void Require() => Assert.SkipUnless(Here.Usable, "control groups cannot be made here: " + Here.WhyNot);

    /// <summary>Directories that a shim left behind; each is named after the shim's instance.</summary>
    public static IEnumerable<string> Left(string instance) =>
        new[] { Here.MemoryPath, Here.CpuPath, Here.MountPath }.Where(p => p.Length > 0).Distinct()
            .SelectMany(p => Directory.EnumerateDirectories(p, "granary-" + instance));
}
