namespace Granary.Optimization.Nsga3;

/// <summary>How infeasible points compare.</summary>
public enum ConstraintHandling
{
    /// <summary>A feasible point before an infeasible one, the smaller violation before the larger, feasible ones by dominance (C-NSGA-III).</summary>
    Feasibility,

    /// <summary>The violation times a weight is added to every objective.</summary>
    Penalty,
}

/// <summary>The settings of a run; the defaults are those of Deb and Jain (2014), table II, and where it leaves them open, what came nearest to its results.</summary>
public sealed record Nsga3Options
{
    /// <summary>How many generations follow the first population.</summary>
    public int Generations { get; init; } = 400;

    /// <summary>Points in the population; 0: the smallest multiple of four that is not under the number of reference points.</summary>
    public int Population { get; init; }

    /// <summary>The part of pairs that are crossed, 0 to 1.</summary>
    public double CrossoverProbability { get; init; } = 1;

    /// <summary>The probability that a variable is crossed in a pair that is, 0 to 1. The paper does not say.</summary>
    public double VariableCrossoverProbability { get; init; } = 0.4;

    /// <summary>The probability that the children exchange a variable that was crossed, 0 to 1. The paper does not say.</summary>
    public double ExchangeProbability { get; init; } = 0.65;

    /// <summary>The distribution index of simulated binary crossover: the larger, the nearer the children to their parents.</summary>
    public double CrossoverIndex { get; init; } = 30;

    /// <summary>The probability that a variable mutates; null: one in the number of variables.</summary>
    public double? MutationProbability { get; init; }

    /// <summary>The distribution index of polynomial mutation.</summary>
    public double MutationIndex { get; init; } = 20;

    public ConstraintHandling Constraints { get; init; } = ConstraintHandling.Feasibility;

    /// <summary>With <see cref="ConstraintHandling.Penalty"/>: what a violation of 1 adds to every objective.</summary>
    public double PenaltyWeight { get; init; } = 1000;

    internal void Validate()
    {
        Require.AtLeast(Generations, 0, "Generations");
        if (Population is < 0 or > 100_000) throw new ArgumentException($"Population is {Population}; it goes from 4 to 100,000, or is 0 for the number of reference points");
        if (Population is > 0 and < 4) throw new ArgumentException($"Population is {Population}; crossover and selection need 4 or more");
        Require.Within(CrossoverProbability, 0, 1, nameof(CrossoverProbability));
        Require.Within(VariableCrossoverProbability, 0, 1, nameof(VariableCrossoverProbability));
        Require.Within(ExchangeProbability, 0, 1, nameof(ExchangeProbability));
        Require.Positive(CrossoverIndex, nameof(CrossoverIndex));
        Require.Within(MutationProbability ?? 0, 0, 1, nameof(MutationProbability));
        Require.Positive(MutationIndex, nameof(MutationIndex));
        Require.Positive(PenaltyWeight, nameof(PenaltyWeight));
    }
}
