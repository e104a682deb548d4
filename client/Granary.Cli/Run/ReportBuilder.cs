using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>Works a report out of what the server said at the end: pure arithmetic.</summary>
internal sealed class ReportBuilder
{
    public required FleetSpec Fleet { get; init; }

    /// <summary>Every task of the run.</summary>
    public required IReadOnlyList<TaskView> Tasks { get; init; }

    /// <summary>Shares of all agents in the fleet's pools, before it was applied and after it ended.</summary>
    public required IReadOnlyList<AgentShare> SharesBefore { get; init; }
    public required IReadOnlyList<AgentShare> SharesAfter { get; init; }

    /// <summary>What the nodes have in sum.</summary>
    public required ResourceSet Capacity { get; init; }

    /// <summary>Busy fractions read while it ran.</summary>
    public required IReadOnlyList<double> CpuReadings { get; init; }

    public required TimeSpan Took { get; init; }

    public RunReport Build()
    {
        var waits = Waits();
        var shares = Shares();
        // An agent that the fleet does not declare was made by its first task; the server's shares know its specification.
        var specs = SharesAfter.Select(s => s.Spec).Concat(Fleet.Agents).GroupBy(a => a.Id, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => Cli.Run.Domain.Of(g.Last()), StringComparer.Ordinal);
        string DomainOf(string agent) => specs.GetValueOrDefault(agent, agent);

        var agents = Fleet.Agents.Select(a => a.Id).Concat(Tasks.Select(t => t.Spec.Agent)).Distinct(StringComparer.Ordinal)
            .GroupJoin(Tasks, a => a, t => t.Spec.Agent, (agent, tasks) => Of(agent, DomainOf(agent), [agent], [.. tasks], waits, shares), StringComparer.Ordinal)
            .ToList();
        var domains = agents.GroupBy(a => a.Domain, StringComparer.Ordinal)
            .Select(g => Of(g.Key, g.Key, [.. g.Select(a => a.Name)], [.. Tasks.Where(t => DomainOf(t.Spec.Agent) == g.Key)], waits, shares))
            .ToList();
        return new RunReport
        {
            Took = Took,
            All = Of("all", "", [.. agents.Select(a => a.Name)], Tasks, waits, shares),
            Domains = domains,
            Agents = [.. domains.SelectMany(d => agents.Where(a => a.Domain == d.Name))],
            Failures = [.. Tasks.Where(t => t.State.IsFinal() && t.State != TaskState.Succeeded).OrderBy(t => t.Spec.MayFail).ThenBy(t => t.Id)],
            Retried = [.. Tasks.Where(t => t is { State: TaskState.Succeeded, Attempt: > 1 }).OrderBy(t => t.Id)],
            CpuHeld = Held(),
            CpuBusy = CpuReadings.Count == 0 ? null : CpuReadings.Average(),
        };
    }

    private static Outcome Of(string name, string domain, IReadOnlyList<string> agents, IReadOnlyList<TaskView> tasks,
        Dictionary<TaskId, TimeSpan> waits, Dictionary<string, (double Received, double Fair)> shares)
    {
        var waited = tasks.Where(t => waits.ContainsKey(t.Id)).Select(t => waits[t.Id]).Order().ToList();
        var timed = tasks.Where(t => t.Deadline is not null && t.State.IsFinal()).ToList();
        return new Outcome(name, domain)
        {
            Agents = agents.Count,
            Tasks = tasks.Count,
            Succeeded = tasks.Count(t => t.State == TaskState.Succeeded),
            Bad = tasks.Count(t => t.State.IsFinal() && t.State != TaskState.Succeeded && !t.Spec.MayFail),
            Allowed = tasks.Count(t => t.State.IsFinal() && t.State != TaskState.Succeeded && t.Spec.MayFail),
            Open = tasks.Count(t => !t.State.IsFinal()),
            WaitMedian = Percentile.Of(waited, 0.5),
            WaitP95 = Percentile.Of(waited, 0.95),
            Deadlines = timed.Count,
            DeadlinesKept = timed.Count(t => t.State == TaskState.Succeeded && t.Finished <= t.Deadline),
            Received = agents.Sum(a => shares.GetValueOrDefault(a).Received),
            Fair = agents.Sum(a => shares.GetValueOrDefault(a).Fair),
        };
    }

    private Dictionary<TaskId, TimeSpan> Waits()
    {
        var finished = Tasks.Where(t => t.Finished is not null).ToDictionary(t => t.Id, t => t.Finished!.Value);
        var waits = new Dictionary<TaskId, TimeSpan>();
        foreach (var task in Tasks)
        {
            if (task.Started is not { } started) continue;
            var ready = task.Submitted;
            foreach (var id in task.After)
                if (finished.TryGetValue(id, out var end) && end > ready) ready = end;
            waits[task.Id] = started > ready ? started - ready : TimeSpan.Zero;
        }
        return waits;
    }

    private Dictionary<string, (double Received, double Fair)> Shares()
    {
        var before = SharesBefore.ToDictionary(s => (s.Pool, s.Agent));
        return SharesAfter.GroupBy(s => s.Agent, StringComparer.Ordinal).ToDictionary(
            g => g.Key,
            g => (
                g.Sum(s => s.ReceivedShareSeconds - (before.GetValueOrDefault((s.Pool, s.Agent))?.ReceivedShareSeconds ?? 0)),
                g.Sum(s => s.FairShareSeconds - (before.GetValueOrDefault((s.Pool, s.Agent))?.FairShareSeconds ?? 0))),
            StringComparer.Ordinal);
    }

    private double Held()
    {
        var ran = Tasks.Where(t => t is { Started: not null, Finished: not null }).ToList();
        if (ran.Count == 0 || Capacity.CpuMilli <= 0) return 0;
        var span = (ran.Max(t => t.Finished!.Value) - Tasks.Min(t => t.Submitted)).TotalSeconds;
        var held = ran.Sum(t => (t.Finished!.Value - t.Started!.Value).TotalSeconds * t.Spec.Resources.CpuMilli);
        return span <= 0 ? 0 : held / (span * Capacity.CpuMilli);
    }
}
