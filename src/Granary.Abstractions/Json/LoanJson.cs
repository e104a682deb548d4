using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A part of a node, lent by one pool to another.</summary>
public sealed record LoanJson
{
    public required string Lender { get; init; }

    /// <summary>The lender's number for it.</summary>
    public required long Number { get; init; }
    public required string Borrower { get; init; }
    public required string Node { get; init; }
    public required ResourceSet Resources { get; init; }

    public static LoanJson From(Loan loan) => new()
    {
        Lender = loan.Lender,
        Number = loan.Number,
        Borrower = loan.Borrower,
        Node = loan.Node.Name,
        Resources = loan.Node.Capacity,
    };
}

/// <summary>What a pool lends and borrows, with the words of a fleet file.</summary>
public sealed record LendingJson
{
    /// <summary>At most this is lent; null for all that is not used, nothing named for nothing.</summary>
    public ResourceSet? Limit { get; init; }

    /// <summary>At most this is borrowed; null for all that is lent, nothing named for nothing.</summary>
    public ResourceSet? BorrowLimit { get; init; }

    /// <summary>Its weight in the cohort; null for 1.</summary>
    public double? Weight { get; init; }

    public static LendingJson? From(LendingPolicy? lending) => lending is null ? null
        : new() { Limit = lending.LendingLimit, BorrowLimit = lending.BorrowingLimit, Weight = lending.Weight };

    public LendingPolicy ToPolicy() => new() { LendingLimit = Limit, BorrowingLimit = BorrowLimit, Weight = Weight };
}
