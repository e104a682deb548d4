using Granary.Optimization.Plans;

namespace Granary.Optimization.Path;

/// <summary>What stages hand to each other. A stage reads what it needs and fills in its own part.</summary>
public sealed class PathContext(PathSituation situation, double[] classical)
{
    public PathSituation Situation { get; } = situation;

    /// <summary>What the classical path allocates.</summary>
    public double[] Classical { get; } = classical;

    /// <summary>What serves unless the whole path vouches for more; the classical allocation where the situation names nothing else.</summary>
    public double[] Incumbent { get; } = situation.Incumbent ?? classical;

    /// <summary>Capacity that each agent could use now.</summary>
    public double[]? Predicted { get; set; }

    /// <summary>Capacity that each agent could use in the next steps.</summary>
    public IReadOnlyList<ForecastBand>? Forecasts { get; set; }

    /// <summary>What a learned policy would allocate.</summary>
    public double[]? Proposal { get; set; }

    public PlanFront? Front { get; set; }

    /// <summary>Simulated worlds that go on from now; where stages use them.</summary>
    public Rollouts? Rollouts { get; set; }

    public AllocationPlan? Chosen { get; set; }

    /// <summary>The path's allocation.</summary>
    public double[]? Tuned { get; set; }

    /// <summary>Whether the path's allocation may act; null as long as nothing judged it.</summary>
    public bool? Confident { get; set; }
}

/// <summary>How a stage ended.</summary>
public enum StageStatus
{
    Done,

    /// <summary>It knows too little; the reason says of what.</summary>
    TooLittle,

    /// <summary>It decided against; the reason says why.</summary>
    Declined,

    /// <summary>It failed; the reason says how.</summary>
    Failed,

    /// <summary>A stage before it that it needs was not done.</summary>
    Skipped,
}

/// <summary>What a stage says of its run.</summary>
public readonly record struct StageResult(StageStatus Status, string Reason = "")
{
    public static StageResult Done { get; } = new(StageStatus.Done);

    public static StageResult TooLittle(string reason) => new(StageStatus.TooLittle, reason);

    public static StageResult Declined(string reason) => new(StageStatus.Declined, reason);
}

/// <summary>One stage of the path; replace any by another of its own.</summary>
public interface IPathStage
{
    /// <summary>A word for reports: <c>predict</c>, <c>front</c>.</summary>
    string Name { get; }

    /// <summary>Whether the path ends here when the stage is not done; otherwise it goes on without.</summary>
    bool Required { get; }

    StageResult Run(PathContext context);
}
