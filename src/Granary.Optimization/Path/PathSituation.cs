using Granary.Optimization.Plans;

namespace Granary.Optimization.Path;

/// <summary>What is known when a decision is due. Series are of capacity that an agent could use, oldest first, a step apart; NaN marks a gap.</summary>
public sealed record PathSituation
{
    /// <summary>Agents with what is measured of them now.</summary>
    public required IReadOnlyList<PlanAgent> Agents { get; init; }

    public required double Capacity { get; init; }

    /// <summary>One series an agent, in their order; a series may be empty.</summary>
    public IReadOnlyList<double[]> History { get; init; } = [];

    /// <summary>One forecast an agent from elsewhere, such as Granary.Forecasting; null: the path makes a plain one.</summary>
    public IReadOnlyList<ForecastBand>? Forecasts { get; init; }

    /// <summary>Work that waits, in capacity-seconds, one value an agent; null: not measured.</summary>
    public double[]? Backlog { get; init; }

    /// <summary>The allocation in force, one value an agent; null: none yet.</summary>
    public double[]? Current { get; init; }

    /// <summary>What serves where the path does not, and what it has to beat; null: max-min fairness.</summary>
    public double[]? Incumbent { get; init; }

    public PlanPreferences Preferences { get; init; } = new();

    /// <summary>What the last decision was worth: the classical one, and the path's under the same conditions; null: not known.</summary>
    public (double Classical, double Path)? Outcome { get; init; }

    public long Seed { get; init; }
}
