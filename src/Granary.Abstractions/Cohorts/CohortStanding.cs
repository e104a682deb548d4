using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>What a pool tells its cohort: what it has, wants, lends and borrows.</summary>
[GenerateSerializer, Immutable, Alias("Granary.CohortStanding")]
public sealed record CohortStanding
{
    [Id(0)] public required string Pool { get; init; }

    /// <summary>The cohort it belongs to now; empty for none.</summary>
    [Id(1)] public string Cohort { get; init; } = "";

    [Id(2)] public LendingPolicy? Lending { get; init; }

    /// <summary>Capacity of its own nodes that may hold leases.</summary>
    [Id(3)] public ResourceSet Capacity { get; init; } = ResourceSet.Zero;

    /// <summary>What its leases hold, wherever they are.</summary>
    [Id(4)] public ResourceSet Used { get; init; } = ResourceSet.Zero;

    /// <summary>What waits, is ready to run, and has room on no node.</summary>
    [Id(5)] public IReadOnlyList<CohortDemand> Demand { get; init; } = [];

    /// <summary>Own nodes with room, those with the most first, and every node of which something is lent.</summary>
    [Id(6)] public IReadOnlyList<CohortNode> Nodes { get; init; } = [];

    /// <summary>Loans given that have not ended.</summary>
    [Id(7)] public IReadOnlyList<LoanGiven> Given { get; init; } = [];

    /// <summary>Loans taken that have not been returned.</summary>
    [Id(8)] public IReadOnlyList<LoanTaken> Taken { get; init; } = [];

    /// <summary>By lender: the highest number of its loans that was taken or refused here. A loan up to it that is not in <see cref="Taken"/> will never be used again.</summary>
    [Id(9)] public IReadOnlyDictionary<string, long> Marks { get; init; } = new Dictionary<string, long>();

    /// <summary>The number that its next loan gets.</summary>
    [Id(10)] public long NextLoan { get; init; }

    /// <summary>Agents that hold or want something here; empty unless it was asked for.</summary>
    [Id(11)] public IReadOnlyList<CohortAgent> Agents { get; init; } = [];
}

/// <summary>Waiting tasks that ask for the same.</summary>
/// <param name="Request">What one asks for.</param>
/// <param name="Count">How many wait.</param>
/// <param name="Only">Tasks with terms of placement, and gangs, wait for nodes of their own pool: those of which something is lent and that would do. Null when any node does.</param>
[GenerateSerializer, Immutable, Alias("Granary.CohortDemand")]
public sealed record CohortDemand(
    [property: Id(0)] ResourceSet Request,
    [property: Id(1)] int Count,
    [property: Id(2)] IReadOnlyList<string>? Only = null);

/// <summary>One node of a pool.</summary>
/// <param name="Node">Its name.</param>
/// <param name="State">Only ready nodes are lent.</param>
/// <param name="Capacity">All of it.</param>
/// <param name="Free">What neither leases, loans nor reservations hold.</param>
[GenerateSerializer, Immutable, Alias("Granary.CohortNode")]
public sealed record CohortNode(
    [property: Id(0)] string Node,
    [property: Id(1)] NodeState State,
    [property: Id(2)] ResourceSet Capacity,
    [property: Id(3)] ResourceSet Free);

/// <summary>A loan as its lender knows it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.LoanGiven")]
public sealed record LoanGiven([property: Id(0)] Loan Loan, [property: Id(1)] DateTimeOffset At);

/// <summary>A loan as its borrower knows it.</summary>
/// <param name="Loan">What was lent.</param>
/// <param name="At">When it was taken.</param>
/// <param name="State">Cordoned: it goes back when its tasks have ended. Draining: they are being stopped.</param>
/// <param name="Tasks">Leases in it.</param>
/// <param name="Free">What they leave.</param>
[GenerateSerializer, Immutable, Alias("Granary.LoanTaken")]
public sealed record LoanTaken(
    [property: Id(0)] Loan Loan,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] NodeState State,
    [property: Id(3)] int Tasks,
    [property: Id(4)] ResourceSet Free);

/// <summary>An agent's use in one pool.</summary>
/// <param name="Agent">Its id.</param>
/// <param name="Used">What it holds here.</param>
/// <param name="Elsewhere">What the pool was told that it holds in the cohort's other pools.</param>
[GenerateSerializer, Immutable, Alias("Granary.CohortAgent")]
public sealed record CohortAgent([property: Id(0)] string Agent, [property: Id(1)] ResourceSet Used, [property: Id(2)] ResourceSet Elsewhere);
