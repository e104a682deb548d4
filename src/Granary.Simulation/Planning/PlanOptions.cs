using Granary.Model;

namespace Granary.Simulation.Planning;

/// <summary>What a plan must hold.</summary>
public sealed record PlanOptions
{
    /// <summary>The mean wait must not exceed this, seconds; null for any.</summary>
    public double? MeanWaitS { get; init; }

    /// <summary>The wait that 95 of 100 jobs do not exceed must not exceed this, seconds; null for any.</summary>
    public double? P95WaitS { get; init; }

    /// <summary>Policy of the replays. Default easy.</summary>
    public string Policy { get; init; } = "easy";

    /// <summary>Also tries two kinds together, in quarters. Default true.</summary>
    public bool Mixtures { get; init; } = true;

    /// <exception cref="GranaryException">Invalid, when no wait is given.</exception>
    public void Validate()
    {
        if (MeanWaitS is null && P95WaitS is null) throw GranaryException.Invalid("no wait is given; say --mean-wait or --p95-wait, like --p95-wait 10m");
    }
}
