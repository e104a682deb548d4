using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>What a cohort has one of its pools do. Every part may be repeated, come late or not at all.</summary>
[GenerateSerializer, Immutable, Alias("Granary.CohortOrders")]
public sealed record CohortOrders
{
    public static CohortOrders None { get; } = new();

    /// <summary>To a lender: loans that their borrowers have returned.</summary>
    [Id(0)] public IReadOnlyList<ReturnedLoan> Ended { get; init; } = [];

    /// <summary>To a lender: the number that the first of <see cref="Lend"/> gets; nothing is lent when it is not the next.</summary>
    [Id(1)] public long First { get; init; }

    /// <summary>To a lender: what to lend.</summary>
    [Id(2)] public IReadOnlyList<LoanAsk> Lend { get; init; } = [];

    /// <summary>To a borrower: loans that are granted to it.</summary>
    [Id(3)] public IReadOnlyList<Loan> Take { get; init; } = [];

    /// <summary>To a borrower: what becomes of loans that it has taken.</summary>
    [Id(4)] public IReadOnlyList<LoanCall> Calls { get; init; } = [];

    /// <summary>What agents hold in the cohort's other pools, where it changed.</summary>
    [Id(5)] public IReadOnlyList<AgentUse> Uses { get; init; } = [];

    /// <summary>To a lender: its loans that are being called back for it; null for no news. Not durable: for explanations only.</summary>
    [Id(6)] public IReadOnlyList<long>? Reclaiming { get; init; }

    public bool IsNone => Ended.Count + Lend.Count + Take.Count + Calls.Count + Uses.Count == 0 && Reclaiming is null;
}

/// <summary>A loan that is used no more.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ReturnedLoan")]
public sealed record ReturnedLoan([property: Id(0)] string Borrower, [property: Id(1)] long Number);

/// <summary>A loan to grant.</summary>
[GenerateSerializer, Immutable, Alias("Granary.LoanAsk")]
public sealed record LoanAsk([property: Id(0)] string Borrower, [property: Id(1)] string Cohort, [property: Id(2)] string Node, [property: Id(3)] ResourceSet Slice);

/// <summary>What is to become of a loan.</summary>
[GenerateSerializer, Immutable, Alias("Granary.LoanCall")]
public sealed record LoanCall([property: Id(0)] string Lender, [property: Id(1)] long Number, [property: Id(2)] LoanFate Fate, [property: Id(3)] string Reason);

[GenerateSerializer]
public enum LoanFate
{
    /// <summary>The node answers again: new tasks may start there.</summary>
    Usable,
    /// <summary>The node is silent: nothing new.</summary>
    Pause,
    /// <summary>Nothing new; it goes back when what runs has ended.</summary>
    Close,
    /// <summary>What runs is stopped with grace and goes back to the queue; then the loan goes back.</summary>
    Reclaim,
    /// <summary>The node is gone: the leases are fenced and the loan goes back at once.</summary>
    Lost,
}

/// <summary>What an agent holds in the cohort's other pools.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentUse")]
public sealed record AgentUse([property: Id(0)] string Agent, [property: Id(1)] ResourceSet Elsewhere);
