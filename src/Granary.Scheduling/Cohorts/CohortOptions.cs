using Granary.Model;

namespace Granary.Scheduling;

/// <summary>How eagerly pools lend to each other.</summary>
public sealed record CohortOptions
{
    /// <summary>A loan is not called back before this, unless its lender needs it or its node fails. Default 5 seconds.</summary>
    public TimeSpan MinLoanTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A pool lends again after it has not waited for its own room for this long. Default 1 second.</summary>
    public TimeSpan LendAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Demand on one node is met by about so many loans, so that parts of it can be called back, 1 to 64. Default 8.</summary>
    public int LoansPerNode { get; init; } = 8;

    /// <summary>At most so many loans are granted in one round, 1 to 10,000. Default 256.</summary>
    public int LoansPerRound { get; init; } = 256;

    /// <exception cref="GranaryException">Invalid, naming the property, its value and its range.</exception>
    public void Validate()
    {
        Check(MinLoanTime >= TimeSpan.Zero, nameof(MinLoanTime), MinLoanTime, "0 or more");
        Check(LendAfter >= TimeSpan.Zero, nameof(LendAfter), LendAfter, "0 or more");
        Check(LoansPerNode is >= 1 and <= 64, nameof(LoansPerNode), LoansPerNode, "1 to 64");
        Check(LoansPerRound is >= 1 and <= 10_000, nameof(LoansPerRound), LoansPerRound, "1 to 10,000");
    }

    private static void Check(bool holds, string name, object value, string range)
    {
        if (!holds) throw GranaryException.Invalid($"cohort option {name} is {value}; it must be {range}");
    }
}
