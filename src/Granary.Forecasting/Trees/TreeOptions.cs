namespace Granary.Forecasting.Trees;

/// <summary>How gradient-boosted trees are grown.</summary>
public sealed record TreeOptions
{
    public int MaxTrees { get; init; } = 200;

    /// <summary>2 to 256.</summary>
    public int Leaves { get; init; } = 12;

    /// <summary>How much of each tree's answer is taken, over 0 to 1.</summary>
    public double Shrinkage { get; init; } = 0.08;

    /// <summary>The fewest rows of a leaf.</summary>
    public int LeastRows { get; init; } = 10;

    /// <summary>Bins of a feature's histogram, 2 to 256.</summary>
    public int Bins { get; init; } = 64;

    /// <summary>The part of the rows that each tree sees (stochastic gradient boosting: Friedman, 2002), over 0 to 1.</summary>
    public double Sample { get; init; } = 0.7;

    /// <summary>Added to the rows of a leaf before its mean is taken: small leaves answer less.</summary>
    public double Penalty { get; init; } = 3;

    /// <summary>Trees without a better validation before growing ends.</summary>
    public int Patience { get; init; } = 15;

    public int Seed { get; init; } = 1;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public TreeOptions Validated()
    {
        Check(MaxTrees is >= 1 and <= 10_000, $"MaxTrees is {MaxTrees}: 1 to 10,000");
        Check(Leaves is >= 2 and <= 256, $"Leaves is {Leaves}: 2 to 256");
        Check(Shrinkage is > 0 and <= 1, $"Shrinkage is {Shrinkage}: over 0, up to 1");
        Check(LeastRows >= 1, $"LeastRows is {LeastRows}: 1 or more");
        Check(Bins is >= 2 and <= 256, $"Bins is {Bins}: 2 to 256");
        Check(Sample is > 0 and <= 1, $"Sample is {Sample}: over 0, up to 1");
        Check(Penalty is >= 0 and <= 1e6, $"Penalty is {Penalty}: 0 to a million");
        Check(Patience >= 1, $"Patience is {Patience}: 1 or more");
        return this;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds) throw new ArgumentException(message);
    }
}
