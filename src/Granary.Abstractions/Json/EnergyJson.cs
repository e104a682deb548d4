using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>Energy over a time, as scripts read it; watts and joules, null where they are not known.</summary>
public sealed record EnergyJson(DateTimeOffset From, DateTimeOffset To, double Watts, double Joules, double Kwh, EnergyForecastJson? Next30Minutes,
    IReadOnlyList<NodeEnergyJson> Nodes, IReadOnlyList<AgentEnergyJson> Agents)
{
    public static EnergyJson Of(EnergyReport report) => new(
        report.From, report.To, report.Watts, report.Joules, report.Joules / 3.6e6,
        double.IsFinite(report.NextJoules) ? new(report.NextJoules, report.NextLow, report.NextHigh) : null,
        [.. report.Nodes.Select(n => new NodeEnergyJson(n.Node, double.IsFinite(n.Watts) ? n.Watts : null, n.Joules, n.IdleJoules, n.TaskJoules, n.CpuSeconds,
            PerJoule(n.CpuSeconds, n.Joules), TelemetryUnits.Word(n.Quality)))],
        [.. report.Agents.Select(a => new AgentEnergyJson(a.Agent, a.Joules, a.CpuSeconds, PerJoule(a.CpuSeconds, a.Joules)))]);

    private static double? PerJoule(double cpuSeconds, double joules) => joules > 0 ? cpuSeconds / joules : null;
}

/// <summary>Joules of the coming half hour, and an interval that should hold eight in ten times.</summary>
public sealed record EnergyForecastJson(double Joules, double Low, double High);

/// <param name="Quality"><c>measured</c>, or <c>estimated</c> by a model.</param>
public sealed record NodeEnergyJson(string Node, double? Watts, double Joules, double IdleJoules, double TaskJoules, double CpuSeconds, double? CpuSecondsPerJoule, string Quality);

public sealed record AgentEnergyJson(string Agent, double Joules, double CpuSeconds, double? CpuSecondsPerJoule);

/// <summary>An energy plan, as scripts read it.</summary>
/// <param name="Target">Part to save, 0 to 1.</param>
/// <param name="Saves">Part that is expected to be saved, 0 to 1.</param>
/// <param name="Quality"><c>measured</c> where every node's watts were, else <c>estimated</c>.</param>
/// <param name="Note">Why the target is not reached; empty when it is.</param>
/// <param name="AppliedAt">Null while it is only a plan.</param>
public sealed record EnergyPlanJson(double NowWatts, double Target, double SavesWatts, double Saves, bool Reached, string Quality, string Note,
    DateTimeOffset? AppliedAt, DateTimeOffset? Until, IReadOnlyList<EnergyStepJson> Steps)
{
    public static EnergyPlanJson From(EnergyPlanView plan) => new(
        plan.NowWatts, plan.Target, plan.SavesWatts, plan.NowWatts > 0 ? plan.SavesWatts / plan.NowWatts : 0, plan.Note.Length == 0,
        TelemetryUnits.Word(plan.Measured ? ReadingSource.Measured : ReadingSource.Estimated), plan.Note, plan.AppliedAt, plan.Until,
        [.. plan.Steps.Select(s => new EnergyStepJson(s.Action, s.Node, s.SavesWatts, s.MovesTasks, s.Setting is { Frequency: < 1 } limit ? limit.Frequency : null,
            s.Setting is { Governor.Length: > 0 } governor ? governor.Governor : null, s.Why, s.State))]);
}

/// <param name="Action"><c>sleep_states</c>, <c>governor</c>, <c>limit_frequency</c> or <c>park</c>.</param>
/// <param name="Frequency">The limit beside the highest frequency, 0 to 1; null for none.</param>
/// <param name="State">Empty while it is only a plan.</param>
public sealed record EnergyStepJson(string Action, string Node, double SavesWatts, int MovesTasks, double? Frequency, string? Governor, string Why, string State);
