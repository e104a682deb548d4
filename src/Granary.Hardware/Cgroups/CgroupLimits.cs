using System.Globalization;

namespace Granary.Hardware;

/// <summary>What the group that this process runs in allows, as a container or a service manager set it.</summary>
/// <param name="CpuMilli">CPU quota in thousandths of a core; null for none.</param>
/// <param name="MemoryMiB">Memory limit; null for none.</param>
public sealed record CgroupLimits(long? CpuMilli, long? MemoryMiB)
{
    public static CgroupLimits Read(SystemRoot root, CgroupFileSystem groups)
    {
        if (groups.Version == CgroupVersion.V2)
        {
            var max = (root.Read(groups.MemoryPath + "/cpu.max") ?? "").Split(' ');
            return new(max.Length == 2 ? Quota(Number(max[0]), Number(max[1])) : null, MiB(Number(root.Read(groups.MemoryPath + "/memory.max"))));
        }
        if (groups.Version != CgroupVersion.V1) return new(null, null);
        var quota = groups.CpuPath.Length == 0
            ? null
            : Quota(Number(root.Read(groups.CpuPath + "/cpu.cfs_quota_us")), Number(root.Read(groups.CpuPath + "/cpu.cfs_period_us")));
        return new(quota, MiB(Number(root.Read(groups.MemoryPath + "/memory.limit_in_bytes"))));
    }

    private static long? Quota(long? quota, long? period) => quota > 0 && period > 0 ? quota * 1000 / period : null;

    // "no limit" is a huge page-aligned number in v1
    private static long? MiB(long? bytes) => bytes is > 0 and < long.MaxValue / 4 ? bytes / (1024 * 1024) : null;

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
}
