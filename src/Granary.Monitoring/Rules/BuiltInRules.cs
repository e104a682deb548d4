namespace Granary.Monitoring;

/// <summary>Rules that need no settings. One of the same name in the settings takes the place of one of these; <c>Monitor:Disabled</c> removes one.</summary>
public static class BuiltInRules
{
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        new()
        {
            Name = "node-silent", Kind = RuleKind.Silent, Error = 30, ClearFor = TimeSpan.FromSeconds(10), Hysteresis = 0.5,
            Help = "see whether the machine and 'granary node' on it run; what ran there is tried again elsewhere",
        },
        new()
        {
            Name = "node-cpu", Metric = "cpu", Info = 0.95, For = TimeSpan.FromMinutes(10), ClearFor = TimeSpan.FromMinutes(2), Hysteresis = 0.05,
            Help = "busy is what machines are for; where tasks get slow, declare less capacity or add a node",
        },
        new()
        {
            Name = "node-cpu-pressure", Metric = "pressure.cpu.some", Warning = 0.6, For = TimeSpan.FromMinutes(5), ClearFor = TimeSpan.FromMinutes(1),
            Help = "more wants to run than there are cores; see 'granary telemetry NODE' for what is not a task's",
        },
        new()
        {
            Name = "node-memory", Metric = "memory.used_ratio", Warning = 0.92, Critical = 0.98, For = TimeSpan.FromMinutes(1), Hysteresis = 0.03,
            Help = "tasks without a memory request, or other programs, take it; give tasks --memory, or drain the node",
        },
        new()
        {
            Name = "node-memory-pressure", Metric = "pressure.memory.some", Warning = 0.1, Critical = 0.4, For = TimeSpan.FromMinutes(1),
            Help = "the machine looks for memory instead of working; drain the node, or lower what it declares",
        },
        new()
        {
            Name = "node-oom", Metric = "memory.oom_kills", Error = 0.001, ClearFor = TimeSpan.FromMinutes(5),
            Help = "the kernel ended a process for want of memory; 'granary tasks --state failed' shows whether it was a task's",
        },
        new()
        {
            Name = "node-io-pressure", Metric = "pressure.io.some", Warning = 0.6, For = TimeSpan.FromMinutes(5), ClearFor = TimeSpan.FromMinutes(1),
            Help = "disks are behind; see disk.busy/* and disk.write/* of the node",
        },
        new()
        {
            Name = "disk-full", Metric = "filesystem.used/*", Warning = 0.85, Error = 0.92, Critical = 0.97, For = TimeSpan.FromSeconds(30), Hysteresis = 0.02,
            Help = "task files are swept by age (Node:KeepFiles); remove what is not needed or give the directory more room",
        },
        new()
        {
            Name = "disk-full-soon", Metric = "filesystem.used/*", Kind = RuleKind.Reaches, Limit = 1, Warning = 24 * 3600, Critical = 3 * 3600, For = TimeSpan.FromMinutes(2),
            ClearFor = TimeSpan.FromMinutes(10), Hysteresis = 0.2, Help = "see what grows in the node's data directory",
        },
        new()
        {
            Name = "net-errors", Metric = "net.errors/*", Warning = 10, For = TimeSpan.FromMinutes(2), Help = "a cable, a port or a driver; see 'ip -s link'",
        },
        new()
        {
            Name = "gpu-hot", Metric = "gpu.temperature/*", Warning = 87, Critical = 95, For = TimeSpan.FromMinutes(1), Hysteresis = 0.05,
            Help = "the card slows down or stops soon; see to its cooling, or drain the node",
        },
        new()
        {
            Name = "energy-refused", Metric = "power.refused", Warning = 1, For = TimeSpan.FromSeconds(30), Hysteresis = 0,
            Help = "the saving of the energy plan is lost there, or a setting of it stays; 'granary energy --active' and the node's log say which",
        },
        new()
        {
            Name = "node-unusual", Metric = "unusual/*", Info = 1, Help = "'granary anomalies --node NODE' lists what was unusual there; rare is not wrong",
        },
        new()
        {
            Name = "pool-no-nodes", Subject = RuleSubject.Pool, Metric = "nodes.missing", Critical = 1, For = TimeSpan.FromSeconds(20), Hysteresis = 0,
            Help = "tasks wait and no node takes any; see 'granary nodes'",
        },
        new()
        {
            Name = "pool-errors", Subject = RuleSubject.Pool, Metric = "failed_ratio.recent", Warning = 0.2, Error = 0.5, For = TimeSpan.FromMinutes(1), ClearFor = TimeSpan.FromMinutes(2),
            Help = "'granary metrics --errors' shows what they have in common",
        },
        new()
        {
            Name = "pool-queue-grows", Subject = RuleSubject.Pool, Metric = "queued", Kind = RuleKind.Reaches, Limit = 1_000_000, Warning = 24 * 3600, Error = 3600,
            For = TimeSpan.FromMinutes(5), ClearFor = TimeSpan.FromMinutes(10), Help = "more comes than is done; add nodes, or have agents submit less (agent set --rate)",
        },
        new()
        {
            Name = "journal-slow", Subject = RuleSubject.Pool, Metric = "journal.commit", Warning = 0.25, Critical = 2, For = TimeSpan.FromSeconds(30),
            Help = "every acknowledgement waits for the journal; see what else writes to its disk, or the database",
        },
        new()
        {
            Name = "metrics-missed", Subject = RuleSubject.Pool, Metric = "metrics.missed", Info = 1, Help = "figures by class leave some tasks out; nothing else is concerned",
        },
    ];
}
