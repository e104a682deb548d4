using System.Globalization;

namespace Granary.Profiling;

/// <summary>The rules: from what is known to what holds it up, the worst first. Pure.</summary>
public static class BottleneckRules
{
    private delegate void Rule(BottleneckFacts facts, BottleneckThresholds limits, Findings found);

    private static readonly Rule[] All =
        [Cpu, CpuWait, OneThread, Memory, MemoryPressure, MemoryLimit, Faults, Disk, DiskWait, Network, NetworkErrors, Locks, Contention, Gc, Throttling, Swap, Steal, Neighbour];

    public static IReadOnlyList<Bottleneck> Find(BottleneckFacts facts, BottleneckThresholds limits)
    {
        var found = new Findings(facts);
        foreach (var rule in All) rule(facts, limits, found);
        return [.. found.List.OrderByDescending(b => b.Severity)];
    }

    private static void Cpu(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["cpu"] is not { } busy || busy < limits.CpuWarning) return;
        List<Evidence> evidence = [new("cpu", busy, limits.CpuWarning)];
        if (facts["pressure.cpu.some"] is { } pressure) evidence.Add(new("pressure.cpu.some", pressure));
        if (facts["load1"] is { } load) evidence.Add(new("load1", load));
        found.Add(BottleneckKind.Cpu, busy >= limits.CpuCritical, $"the CPUs are {Percent(busy)} busy", "run less at once here, move tasks to other nodes, or look at the CPU profile for what could be cheaper", evidence);
    }

    private static void CpuWait(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["threads.cpu_wait_seconds"] is not { } waited || facts["threads.cpu_seconds"] is not { } ran || ran + waited < facts.Seconds * 0.05) return;
        var share = waited / (ran + waited);
        if (share < limits.CpuWaitShare) return;
        found.Add(BottleneckKind.Cpu, share >= 0.5, $"threads that could run waited for a CPU {Percent(share)} of that time", "give it more CPU weight or quota, or run less beside it",
            [new("threads.cpu_wait_seconds", waited), new("threads.cpu_seconds", ran), new("share", share, limits.CpuWaitShare)]);
    }

    private static void OneThread(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["threads.busiest"] is not { } busiest || busiest < limits.OneThread || facts["threads.cpu_seconds"] is not { } all || all / facts.Seconds > busiest * 1.5) return;
        if (facts["cores"] is not > 1) return;
        found.Add(BottleneckKind.Cpu, false, $"one thread is busy {Percent(busiest)} of the time and the others are not: it is the limit", "divide its work among threads, or make it cheaper: the CPU profile says where its time goes",
            [new("threads.busiest", busiest, limits.OneThread), new("threads.cpu_seconds", all)]);
    }

    private static void Memory(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["memory.oom_kills"] is > 0 and var kills)
            found.Add(BottleneckKind.Memory, true, "the kernel killed processes for want of memory", "give tasks limits that add up to less than the machine has, or find what grows in a memory profile", [new("memory.oom_kills", kills, 0)]);
        if (facts["memory.available"] is not { } available || facts["memory.total"] is not > 0 and var _ || facts["memory.total"] is not { } total) return;
        var part = available / total;
        if (part > limits.MemoryAvailableWarning) return;
        found.Add(BottleneckKind.Memory, part <= limits.MemoryAvailableCritical, $"{Percent(part)} of the memory is available", "run less at once here, or find what grows in a memory profile",
            [new("memory.available", available), new("memory.total", total), new("share", part, limits.MemoryAvailableWarning)]);
    }

    private static void MemoryPressure(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["pressure.memory.some"] is not { } some || some < limits.PressureWarning) return;
        found.Add(BottleneckKind.Memory, some >= limits.PressureCritical, $"something waited for memory {Percent(some)} of the time", "raise the limit of the group that is short, or run less at once", [new("pressure.memory.some", some, limits.PressureWarning)]);
    }

    private static void MemoryLimit(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["process.memory_limit"] is not > 0 || facts["process.memory_limit"] is not { } limit || facts["process.group_memory"] is not { } used || used / limit < limits.MemoryOfLimit) return;
        found.Add(BottleneckKind.Memory, used / limit >= 0.98, $"its group uses {Percent(used / limit)} of its memory limit", "raise its memory request, or find what grows in a memory profile: at the limit the kernel takes pages back, then kills",
            [new("process.group_memory", used), new("process.memory_limit", limit), new("share", used / limit, limits.MemoryOfLimit)]);
    }

    private static void Faults(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        var rate = facts["process.major_faults"] is { } counted ? counted / facts.Seconds : facts["memory.major_faults"];
        if (rate is not { } faults || faults < limits.MajorFaults) return;
        found.Add(BottleneckKind.Memory, false, $"{Number(faults)} page faults a second have to read a disk", "it has less memory than it works on: raise its limit, or make its working set smaller", [new("major_faults", faults, limits.MajorFaults)]);
    }

    private static void Disk(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        foreach (var (disk, busy) in facts.Each("disk.busy"))
        {
            var latency = Math.Max(facts[$"disk.read_latency/{disk}"] ?? 0, facts[$"disk.write_latency/{disk}"] ?? 0);
            if (busy < limits.DiskBusy || latency < limits.DiskLatency) continue;
            found.Add(BottleneckKind.Disk, busy >= 0.98 && latency >= limits.DiskLatency * 5, $"disk {disk} is busy {Percent(busy)} of the time and a request takes {Number(latency * 1000)} ms", "write less or in larger pieces, limit the I/O of the task that uses it most, or use another disk",
                [new($"disk.busy/{disk}", busy, limits.DiskBusy), new("latency", latency, limits.DiskLatency)]);
        }
        if (facts["pressure.io.some"] is { } some && some >= limits.PressureWarning)
            found.Add(BottleneckKind.Disk, some >= limits.PressureCritical, $"something waited for disks {Percent(some)} of the time", "see which task reads and writes most: 'granary telemetry NODE'", [new("pressure.io.some", some, limits.PressureWarning)]);
    }

    private static void DiskWait(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["threads.disk_seconds"] is not { } waited || waited / facts.Seconds < limits.DiskWaitShare) return;
        List<Evidence> evidence = [new("threads.disk_seconds", waited), new("share", waited / facts.Seconds, limits.DiskWaitShare)];
        if (facts["process.write_bytes"] is { } written) evidence.Add(new("process.write_bytes", written));
        if (facts["process.read_bytes"] is { } read) evidence.Add(new("process.read_bytes", read));
        found.Add(BottleneckKind.Disk, waited / facts.Seconds >= 0.6, $"threads waited for disks {Percent(waited / facts.Seconds)} of the time", "fewer syncs, larger writes, more cache, or a faster disk: the off-CPU profile says where it waits", evidence);
    }

    private static void Network(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        foreach (var (name, speed) in facts.Each("net.speed"))
        {
            if (speed <= 0) continue;
            var used = Math.Max(facts[$"net.receive/{name}"] ?? 0, facts[$"net.transmit/{name}"] ?? 0);
            if (used / speed < limits.NetworkOfSpeed) continue;
            found.Add(BottleneckKind.Network, used / speed >= 0.95, $"interface {name} carries {Percent(used / speed)} of its speed", "send less, compress, or place tasks that talk to each other on one node", [new("bytes a second", used), new("speed", speed), new("share", used / speed, limits.NetworkOfSpeed)]);
        }
    }

    private static void NetworkErrors(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["net.tcp_retransmits"] is { } again && again >= limits.Retransmits)
            found.Add(BottleneckKind.Network, again >= limits.Retransmits * 10, $"{Number(again)} TCP segments a second are sent again", "a link on the way loses packets or is full: look at drops and queues of the interfaces", [new("net.tcp_retransmits", again, limits.Retransmits)]);
        foreach (var metric in (string[])["net.errors", "net.drops"])
            foreach (var (name, rate) in facts.Each(metric))
                if (rate >= limits.NetworkErrors)
                    found.Add(BottleneckKind.Network, false, $"interface {name} loses {Number(rate)} packets a second ({metric[4..]})", "look at its cable, its driver's queues and ring sizes (ethtool -S)", [new($"{metric}/{name}", rate, limits.NetworkErrors)]);
    }

    private static void Locks(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["threads.lock_share"] is not { } share || share < limits.LockShare || facts["threads.active"] is not >= 2) return;
        var switches = (facts["threads.locked_switches"] ?? 0) / facts.Seconds;
        if (switches < limits.LockSwitches) return;
        found.Add(BottleneckKind.Lock, share >= 0.7, $"threads that had just run were found waiting for a lock {Percent(share)} of the times, with {Number(switches)} switches a second: a convoy", "hold the lock for less time, or divide what it guards: the off-CPU profile says which wait it is",
            [new("threads.lock_share", share, limits.LockShare), new("switches a second", switches, limits.LockSwitches), new("threads.active", facts["threads.active"] ?? 0)]);
    }

    private static void Contention(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["lock.contention_seconds"] is not { } waited || waited / facts.Seconds < limits.ContentionShare) return;
        found.Add(BottleneckKind.Lock, waited / facts.Seconds >= 1, $"threads waited {Number(waited / facts.Seconds)} s a second for contended locks of the runtime", "hold the lock for less time, or divide what it guards: the contention profile says which one",
            [new("lock.contention_seconds", waited), new("lock.contentions", facts["lock.contentions"] ?? 0), new("share", waited / facts.Seconds, limits.ContentionShare)]);
    }

    private static void Gc(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["gc.pause_seconds"] is not { } paused || paused / facts.Seconds < limits.GcPauseWarning) return;
        found.Add(BottleneckKind.Gc, paused / facts.Seconds >= limits.GcPauseCritical, $"garbage collections paused it {Percent(paused / facts.Seconds)} of the time", "allocate less where the allocation profile is widest, keep fewer objects alive, or give it a larger heap",
            [new("gc.pause_seconds", paused), new("gc.collections", facts["gc.collections"] ?? 0), new("gc.full_collections", facts["gc.full_collections"] ?? 0), new("gc.allocated_bytes", facts["gc.allocated_bytes"] ?? 0), new("share", paused / facts.Seconds, limits.GcPauseWarning)]);
    }

    private static void Throttling(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["process.throttled_share"] is { } share && share >= limits.ThrottledWarning)
            found.Add(BottleneckKind.Throttling, share >= limits.ThrottledCritical, $"its CPU quota was used up in {Percent(share)} of the periods", "ask for more CPU, or run fewer threads: a quota stops all of them until the next period",
                [new("process.throttled_share", share, limits.ThrottledWarning), new("process.throttled_seconds", facts["process.throttled_seconds"] ?? 0)]);
        // of telemetry there is the time of all threads together, not the periods
        foreach (var (task, waited) in facts.Each("task.throttled"))
            if (waited >= limits.ThrottledCritical)
                found.Add(BottleneckKind.Throttling, waited >= 1, $"threads of task {task} waited {Number(waited)} s a second for its CPU quota", "ask for more CPU for it, or run fewer threads in it", [new($"task.throttled/{task}", waited, limits.ThrottledCritical)]);
    }

    private static void Swap(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        var traffic = (facts["swap.in"] ?? 0) + (facts["swap.out"] ?? 0);
        if (traffic < limits.SwapWarning) return;
        found.Add(BottleneckKind.Swap, traffic >= limits.SwapCritical, $"{Number(traffic / (1024 * 1024))} MiB a second go to swap and back", "the machine has less memory than is worked on: run less at once, or give tasks limits", [new("swap.in", facts["swap.in"] ?? 0), new("swap.out", facts["swap.out"] ?? 0, limits.SwapWarning)]);
    }

    private static void Steal(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["cpu.steal"] is not { } steal || steal < limits.Steal) return;
        found.Add(BottleneckKind.NoisyNeighbour, steal >= limits.Steal * 4, $"the host gave {Percent(steal)} of this machine's CPU time to others", "move it to another host, or to a kind of machine whose CPUs are its own", [new("cpu.steal", steal, limits.Steal)]);
    }

    private static void Neighbour(BottleneckFacts facts, BottleneckThresholds limits, Findings found)
    {
        if (facts["cores"] is not { } cores || cores <= 0 || facts.Neighbours.Count == 0) return;
        var (name, used) = facts.Neighbours.MaxBy(n => n.Cores);
        double waited = facts["threads.cpu_wait_seconds"] ?? 0, ran = facts["threads.cpu_seconds"] ?? 0;
        var held = ran + waited > 0 ? waited / (ran + waited) : facts["pressure.cpu.some"] ?? 0;
        if (held < limits.CpuWaitShare || used / cores < limits.NeighbourShare) return;
        found.Add(BottleneckKind.NoisyNeighbour, used / cores >= 0.8, $"{name} uses {Number(used)} of {Number(cores)} cores while {facts.Of} waits for them {Percent(held)} of the time", $"limit {name}, give {facts.Of} more CPU weight, or place them on different nodes",
            [new("neighbour's cores", used), new("share", used / cores, limits.NeighbourShare), new("waits", held, limits.CpuWaitShare)]);
    }

    private static string Percent(double share) => (share * 100).ToString(share < 0.0995 ? "0.#" : "0", CultureInfo.InvariantCulture) + "%";

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture);

    private sealed class Findings(BottleneckFacts facts)
    {
        public List<Bottleneck> List { get; } = [];

        public void Add(BottleneckKind kind, bool critical, string what, string suggestion, IReadOnlyList<Evidence> evidence) =>
            List.Add(new(kind, critical ? BottleneckSeverity.Critical : BottleneckSeverity.Warning, facts.Of, facts.From, facts.To, what, evidence, suggestion));
    }
}
