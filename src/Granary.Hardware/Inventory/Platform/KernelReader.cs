using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>What the kernel offers, from <c>/proc</c> and <c>/sys</c>.</summary>
internal static class KernelReader
{
    public static KernelInventory Read(SystemRoot root)
    {
        var release = root.Text("/proc/sys/kernel/osrelease");
        return new KernelInventory
        {
            Release = release,
            // the files are there but refuse to be read when it was switched off at boot (psi=0)
            Pressure = root.HasDirectory("/proc/pressure") ? Readings.Measured(root.Read("/proc/pressure/cpu") is { Length: > 0 }) : There(root, false, "/proc/sys"),
            PerfEventParanoid = root.Whole("/proc/sys/kernel/perf_event_paranoid", -1, 4),
            IoUring = IoUring(root, release),
            CgroupV2 = root.Read("/proc/filesystems") is { } known
                ? Readings.Measured(known.Contains("cgroup2", StringComparison.Ordinal)) : Readings.Absent<bool>("no /proc/filesystems"),
            Bpf = There(root, root.HasDirectory("/sys/fs/bpf") || root.Read("/proc/sys/kernel/unprivileged_bpf_disabled") is not null, "/proc/sys"),
            Seccomp = There(root, root.Read("/proc/sys/kernel/seccomp/actions_avail") is not null, "/proc/sys"),
            Clocksource = root.Text("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        };
    }

    // not there means something only where the place it would be at can be seen
    private static Reading<bool> There(SystemRoot root, bool there, string place) =>
        there || root.HasDirectory(place) ? Readings.Measured(there) : Readings.Absent<bool>($"{place} is hidden");

    // the switch came with 6.6, the calls with 5.1
    private static Reading<bool> IoUring(SystemRoot root, Reading<string> release)
    {
        if (root.Whole("/proc/sys/kernel/io_uring_disabled", 0, 2) is { IsKnown: true } disabled) return Readings.Measured(disabled.Value < 2);
        var parts = (release.Value ?? "").Split('.', '-');
        return parts.Length > 1 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? Readings.Estimated(major > 5 || (major == 5 && minor >= 1), "the kernel's version")
            : Readings.Absent<bool>("neither the switch nor the kernel's version can be read");
    }
}

/// <summary>Control groups, as <see cref="CgroupFileSystem"/> found them.</summary>
internal static class CgroupReader
{
    public static CgroupInventory Read(SystemRoot root, CgroupFileSystem groups) => groups.Version switch
    {
        CgroupVersion.V2 => new()
        {
            Version = Readings.Measured("v2"),
            Controllers = Words(root.Read(groups.MemoryPath + "/cgroup.controllers") ?? ""),
            Writable = Writable(groups),
        },
        CgroupVersion.V1 => new() { Version = Readings.Measured("v1"), Controllers = Mounted(root), Writable = Writable(groups) },
        _ => new()
        {
            Version = root.Read("/proc/self/mounts") is null ? Readings.Absent<string>("no /proc/self/mounts") : Readings.Measured("none"),
            Controllers = Listed.Absent<string>(groups.WhyNot),
            Writable = Readings.Absent<bool>(groups.WhyNot),
        },
    };

    private static Reading<bool> Writable(CgroupFileSystem groups) =>
        groups.Usable ? Readings.Measured(true) : Readings.Estimated(false, SystemFields.Clean(groups.WhyNot));

    private static Listed<string> Words(string text) =>
        Listed.Measured<string>([.. text.Split([' ', ',', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(SystemFields.Clean).Distinct().Order(StringComparer.Ordinal)], 32);

    // /proc/cgroups: name, hierarchy (0: with version 2), groups, enabled
    private static Listed<string> Mounted(SystemRoot root) => Words(string.Join(' ', (root.Read("/proc/cgroups") ?? "").Split('\n')
        .Where(l => !l.StartsWith('#')).Select(l => l.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries)).Where(f => f is [_, not "0", _, "1", ..]).Select(f => f[0])));
}
