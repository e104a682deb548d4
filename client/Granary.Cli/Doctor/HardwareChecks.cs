using System.Globalization;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Doctor;

/// <summary>What the machine is made of, and which of the kernel's meters Granary can use: nothing here is needed, each is a loss with a remedy.</summary>
internal static class HardwareChecks
{
    /// <summary>Controllers that limits and meters of tasks use.</summary>
    private static readonly string[] Wanted = ["cpu", "cpuset", "io", "memory", "pids"];

    private const string OwnStatus = "/proc/self/status";

    public static IEnumerable<Finding> All(HardwareInventory found)
    {
        yield return new("machine", Verdict.Ok, $"{InventoryText.Machine(found)}, {found.Cpu.Model.Or(null) ?? "CPU of unknown model"}, {InventoryText.Cpus(found)}");
        yield return new("disks", Verdict.Ok, Known(InventoryText.Disks(found), found.Storage.Note));
        yield return new("network", Verdict.Ok, Known(InventoryText.Network(found), found.Network.Note));
        yield return Accelerators(found.Accelerators);
        yield return Controllers(found.Cgroups);
        yield return Pressure(found.Kernel);
        yield return Perf(found.Kernel, MayWatchAll(File.Exists(OwnStatus) ? File.ReadLines(OwnStatus) : []));
    }

    internal static Finding Accelerators(Listed<AcceleratorInventory> found)
    {
        var driver = found.Note.Contains("NVIDIA: libnvidia-ml.so.1 is there", StringComparison.Ordinal) || found.Items.Any(a => a is { Vendor: "nvidia", MemoryMiB.IsKnown: false });
        if (driver)
            return new("accelerators", Verdict.Limited, Known(string.Join(", ", found.Items.Select(a => a.Id)), found.Note), "an NVIDIA card without a working NVML: install or load NVIDIA's driver (it brings libnvidia-ml.so.1), then 'nvidia-smi' must answer");
        return new("accelerators", Verdict.Ok, found.Items.Count == 0
            ? $"none ({found.Note})"
            : string.Join(", ", found.Items.GroupBy(a => a.Model.Or(null) ?? a.Vendor, StringComparer.Ordinal).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {g.Key}"))));
    }

    internal static Finding Controllers(CgroupInventory groups)
    {
        if (groups.Version.Or("none") == "none" || groups.Controllers.Source == ReadingSource.Absent)
            return new("controllers", Verdict.Limited, $"none: {Known(groups.Controllers.Note, "no control groups")}", "mount cgroup2 at /sys/fs/cgroup, or let systemd delegate: systemd-run --user --scope -p Delegate=yes granary up");
        var missing = Wanted.Where(w => !groups.Controllers.Items.Contains(w) && !(w == "io" && groups.Controllers.Items.Contains("blkio"))).ToList();
        var have = $"{groups.Version.Value}: {string.Join(' ', groups.Controllers.Items)}";
        return missing.Count == 0
            ? new("controllers", Verdict.Ok, have)
            : new("controllers", Verdict.Limited, $"{have}; without {string.Join(' ', missing)}", "delegate them (systemd: Delegate=cpu cpuset io memory pids), or enable them in the kernel (cgroup_enable=memory)");
    }

    internal static Finding Pressure(KernelInventory kernel) => kernel.Pressure switch
    {
        { IsKnown: true, Value: true } => new("pressure", Verdict.Ok, "/proc/pressure"),
        { IsKnown: true } => new("pressure", Verdict.Limited, "the kernel tells no pressure stall information (PSI)", "boot with psi=1, on a kernel of 4.20 or later built with CONFIG_PSI"),
        _ => new("pressure", Verdict.Limited, $"not known: {kernel.Pressure.Note}", "make /proc readable here"),
    };

    // perf_event_paranoid (kernel documentation, perf-security): 2 lets users measure their own processes in user mode, 3 and more nothing; it does not bind who has CAP_PERFMON or CAP_SYS_ADMIN
    internal static Finding Perf(KernelInventory kernel, bool mayWatchAll) => kernel.PerfEventParanoid switch
    {
        { IsKnown: true } p when mayWatchAll => new("perf", Verdict.Ok, string.Create(CultureInfo.InvariantCulture, $"perf_event_paranoid is {p.Value}, which does not bind this user: every process can be profiled, the kernel included")),
        { IsKnown: true, Value: <= 1 } p => new("perf", Verdict.Ok, string.Create(CultureInfo.InvariantCulture, $"perf_event_paranoid is {p.Value}: processes can be profiled, the kernel included")),
        { IsKnown: true, Value: 2 } => new("perf", Verdict.Ok, "perf_event_paranoid is 2: processes of one user can be profiled, without the kernel"),
        { IsKnown: true } p => new("perf", Verdict.Limited, string.Create(CultureInfo.InvariantCulture, $"perf_event_paranoid is {p.Value}: profiles are taken from /proc, with less in them"), "sysctl kernel.perf_event_paranoid=1"),
        { Note: var why } => new("perf", Verdict.Limited, $"no perf events ({why}): profiles are taken from /proc, with less in them", "a kernel built with CONFIG_PERF_EVENTS; in a container, perf events must be allowed"),
    };

    /// <summary>Whether effective capabilities (line <c>CapEff</c> of proc(5)'s status) hold CAP_PERFMON (38) or CAP_SYS_ADMIN (21), capabilities(7).</summary>
    internal static bool MayWatchAll(IEnumerable<string> status) => status.Any(l =>
        l.StartsWith("CapEff:", StringComparison.Ordinal) && ulong.TryParse(l.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var held) && (held & (1UL << 38 | 1UL << 21)) != 0);

    private static string Known(string text, string why) => text is "" or "-" ? why.Length > 0 ? why : "none" : text;
}
