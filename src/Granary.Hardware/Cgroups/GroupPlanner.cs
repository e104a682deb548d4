using System.Globalization;

namespace Granary.Hardware;

/// <summary>
/// Which file gets which text, for a task's limits and the hierarchies there are. Pure. Files and their units: the kernel's
/// admin-guide/cgroup-v2 and admin-guide/cgroup-v1.
/// </summary>
public static class GroupPlanner
{
    private const long Period = 100_000; // microseconds, the kernel's own

    /// <param name="limits">What the task is to be held to.</param>
    /// <param name="hierarchies">Where groups can be made.</param>
    /// <param name="disks">Device numbers (<c>254:0</c>) that limits of I/O are for.</param>
    /// <param name="whyNot">Of controllers that no hierarchy has: why.</param>
    public static GroupPlans Plan(GroupLimits limits, IReadOnlyList<OpenHierarchy> hierarchies, IReadOnlyList<string> disks,
        IReadOnlyDictionary<CgroupController, string> whyNot)
    {
        var missing = new List<string>();
        var groups = new List<GroupPlan>();
        var writes = new List<(GroupWrite Write, bool AtStart)>[hierarchies.Count];
        Memory();
        Cpu();
        Pids();
        Io();
        Cpuset();
        for (var i = 0; i < writes.Length; i++)
        {
            if (writes[i] is not { Count: > 0 } all) continue;
            // version 2 has one group for all: what may come late comes along
            groups.Add(new(i, all.Exists(w => w.AtStart), [.. all.Select(w => w.Write)]));
        }
        return new(groups, missing);

        void Memory()
        {
            var (max, high) = (limits.MemoryMiB, limits.MemoryHighMiB);
            if ((max == 0 && high == 0) || Find(CgroupController.Memory, max > 0 ? "memory" : "memory_high") is not { } at) return;
            var v2 = hierarchies[at].Version == CgroupVersion.V2;
            if (max > 0)
            {
                Add(at, v2 ? "memory.max" : "memory.limit_in_bytes", Bytes(max), "memory");
                // no swap beyond the limit, where the kernel counts swap
                Add(at, v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes", v2 ? "0" : Bytes(max), "memory", needed: false);
            }
            // version 1 has only a limit that holds when the whole machine is short of memory
            if (high > 0) Add(at, v2 ? "memory.high" : "memory.soft_limit_in_bytes", Bytes(high), "memory_high");
        }

        void Cpu()
        {
            var weight = limits.CpuWeight > 0 ? limits.CpuWeight * 10L : limits.CpuMilli;
            if (weight == 0 && limits.CpuQuotaMilli == 0) return;
            // a weight that nobody asked for is not missed
            var word = limits.CpuQuotaMilli > 0 ? "cpu_quota" : limits.CpuWeight > 0 ? "cpu_weight" : "";
            if (Find(CgroupController.Cpu, word) is not { } at) return;
            var v2 = hierarchies[at].Version == CgroupVersion.V2;
            // 1024 shares and a weight of 100 are one core's
            if (weight > 0)
                Add(at, v2 ? "cpu.weight" : "cpu.shares", v2 ? Number(Math.Clamp(weight / 10, 1, 10_000)) : Number(Math.Clamp(weight * 1024 / 1000, 2, 262_144)),
                    "cpu_weight", limits.CpuWeight > 0, atStart: limits.CpuWeight > 0);
            if (limits.CpuQuotaMilli <= 0) return;
            // the kernel takes no quota below 1 ms: a longer period makes room for a small one
            var period = limits.CpuQuotaMilli < 10 ? Period * 10 : Period;
            var quota = Math.Max(1000, limits.CpuQuotaMilli * period / 1000);
            if (v2)
            {
                Add(at, "cpu.max", $"{Number(quota)} {Number(period)}", "cpu_quota");
                return;
            }
            Add(at, "cpu.cfs_period_us", Number(period), "cpu_quota");
            Add(at, "cpu.cfs_quota_us", Number(quota), "cpu_quota");
        }

        void Pids()
        {
            if (limits.Processes > 0 && Find(CgroupController.Pids, "processes") is { } at) Add(at, "pids.max", Number(limits.Processes), "processes");
        }

        void Io()
        {
            if ((!limits.LimitsIo && limits.IoWeight == 0) || Find(CgroupController.Io, limits.LimitsIo ? "io limits" : "io_weight") is not { } at) return;
            var v2 = hierarchies[at].Version == CgroupVersion.V2;
            if (limits.LimitsIo && disks.Count == 0) missing.Add("io limits: no disk is known to limit");
            (long Rate, string V1, string V2)[] rates =
            [
                (limits.ReadBytesPerSecond, "blkio.throttle.read_bps_device", "rbps"), (limits.WriteBytesPerSecond, "blkio.throttle.write_bps_device", "wbps"),
                (limits.ReadsPerSecond, "blkio.throttle.read_iops_device", "riops"), (limits.WritesPerSecond, "blkio.throttle.write_iops_device", "wiops"),
            ];
            foreach (var disk in limits.LimitsIo ? disks : [])
            {
                if (v2) Add(at, "io.max", $"{disk} {string.Join(' ', rates.Where(r => r.Rate > 0).Select(r => $"{r.V2}={Number(r.Rate)}"))}", "io limits");
                else
                    foreach (var (rate, file, _) in rates)
                        if (rate > 0) Add(at, file, $"{disk} {Number(rate)}", "io limits");
            }
            if (limits.IoWeight == 0) return;
            if (v2) Add(at, hierarchies[at].Files.Contains("io.weight") ? "io.weight" : "io.bfq.weight", hierarchies[at].Files.Contains("io.weight") ? $"default {Number(limits.IoWeight)}" : Number(Math.Clamp(limits.IoWeight, 1, 1000)), "io_weight");
            else Add(at, hierarchies[at].Files.Contains("blkio.bfq.weight") ? "blkio.bfq.weight" : "blkio.weight", Number(Math.Clamp(limits.IoWeight, 10, 1000)), "io_weight");
        }

        void Cpuset()
        {
            // affinity and the memory policy do the same for who does not change them: so it is not missed
            if ((limits.Cpus.Length == 0 && limits.MemoryNodes.Length == 0) || Find(CgroupController.Cpuset, "") is not { } at) return;
            var (v2, nodes) = (hierarchies[at].Version == CgroupVersion.V2, limits.MemoryNodes.Length > 0);
            var cpus = limits.Cpus.Length > 0 ? limits.Cpus : v2 ? "" : hierarchies[at].Cpus;
            var memory = nodes ? limits.MemoryNodes : v2 ? "" : hierarchies[at].MemoryNodes;
            // version 1 lets nobody into a group that lacks either
            if (cpus.Length > 0) Add(at, "cpuset.cpus", cpus, "cpus", needed: !v2, atStart: false);
            if (memory.Length > 0) Add(at, "cpuset.mems", memory, "numa", needed: !v2, atStart: false);
        }

        void Add(int at, string file, string text, string word, bool needed = true, bool atStart = true)
        {
            if (hierarchies[at].Files.Contains(file)) (writes[at] ??= []).Add((new(file, text, word, needed), atStart));
            else if (needed) missing.Add($"{word}: this kernel has no {file}");
        }

        int? Find(CgroupController controller, string word)
        {
            for (var i = 0; i < hierarchies.Count; i++)
                if (hierarchies[i].Controllers.Contains(controller)) return i;
            if (word.Length > 0) missing.Add($"{word}: {whyNot.GetValueOrDefault(controller, $"the {CgroupLayout.V2Name(controller)} controller cannot be used here")}");
            return null;
        }
    }

    private static string Bytes(long mebibytes) => Number(mebibytes * 1024 * 1024);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
