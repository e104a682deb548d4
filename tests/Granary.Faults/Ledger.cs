using Granary.Model;

namespace Granary.Faults;

/// <summary>One process that was really started.</summary>
internal sealed class Run(Lease lease, Machine machine, TaskSpec spec, DateTimeOffset started)
{
    public Lease Lease { get; } = lease;

    public Machine Machine { get; } = machine;

    public TaskSpec Spec { get; } = spec;

    public DateTimeOffset Started { get; } = started;

    public bool Live { get; set; } = true;

    /// <summary>It ended by itself with this code; null when it was stopped or its machine went down.</summary>
    public int? Code { get; set; }

    /// <summary>Its machine went down under it.</summary>
    public bool PowerLost { get; set; }
}

/// <summary>What really ran where and when, seen from outside: what the system says of itself is checked against this.</summary>
internal sealed class Ledger(TimeProvider time, RunFigures figures)
{
    private readonly Dictionary<TaskId, List<Run>> _runs = [];

    public List<string> Violations { get; } = [];

    public IReadOnlyList<Run> Of(TaskId task) => _runs.GetValueOrDefault(task) ?? [];

    public Run Started(Lease lease, Machine machine, TaskSpec spec)
    {
        figures.Starts++;
        if (!_runs.TryGetValue(lease.Task, out var runs)) _runs[lease.Task] = runs = [];
        foreach (var older in runs)
        {
            // the same attempt may begin again only where a power cut ended it before anybody heard of its start
            if (older.Lease.Token > lease.Token || older.Lease.Token == lease.Token && !older.PowerLost)
                Violate($"token: {lease.Task} starts on {machine.Name} with token {lease.Token} after one with {older.Lease.Token}");
            if (!older.Live) continue;
            if (older.Machine.Fenced(older)) figures.Fenced++;
            else Violate($"twice: {lease.Task} starts on {machine.Name} (token {lease.Token}) while it runs on {older.Machine.Name} (token {older.Lease.Token})");
        }
        var run = new Run(lease, machine, spec, time.GetUtcNow());
        runs.Add(run);
        return run;
    }

    public void Violate(string what) => Violations.Add(what);
}
