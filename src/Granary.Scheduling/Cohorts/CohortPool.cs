using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Cohorts;

/// <summary>A pool while a round is planned: its standing as amounts, with what the round gives it and takes from it.</summary>
internal sealed class CohortPool
{
    private readonly AmountTable _table;

    public CohortPool(CohortStanding standing, string cohort, AmountTable table)
    {
        _table = table;
        Standing = standing;
        Member = standing.Cohort == cohort;
        Weight = standing.Lending?.Weight ?? 1;
        Own = table.Of(standing.Capacity);
        Used = table.Of(standing.Used);
        Demand = [.. standing.Demand.Select(d => new DemandLine(table.Of(d.Request), d.Count, d.Only))];
        LendingLeft = Limit(standing.Lending?.LendingLimit);
        BorrowingLeft = Limit(standing.Lending?.BorrowingLimit);
        foreach (var node in standing.Nodes) Nodes[node.Node] = new CohortRoom(node, table);
    }

    public CohortStanding Standing { get; }

    public string Name => Standing.Pool;

    /// <summary>False: it has left the cohort, and only its loans are settled.</summary>
    public bool Member { get; }

    public double Weight { get; }

    public long[] Own { get; }

    /// <summary>What it uses, and will use once it has what this round gives it.</summary>
    public long[] Used { get; }

    public List<DemandLine> Demand { get; }

    public Dictionary<string, CohortRoom> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>What it may still lend or borrow under its limits.</summary>
    public long[] LendingLeft { get; }

    public long[] BorrowingLeft { get; }

    public bool Wants => Demand.Exists(d => d.Left > 0);

    public List<ReturnedLoan> Ended { get; } = [];

    public List<LoanAsk> Lend { get; } = [];

    public List<Loan> Take { get; } = [];

    public List<LoanCall> Calls { get; } = [];

    public List<AgentUse> Uses { get; } = [];

    public IReadOnlyList<long>? Reclaiming { get; set; }

    public CohortOrders Orders => new()
    {
        Ended = Ended,
        First = Standing.NextLoan,
        Lend = Lend,
        Take = Take,
        Calls = Calls,
        Uses = Uses,
        Reclaiming = Reclaiming,
    };

    /// <summary>What is not named has no limit; a limit that names nothing allows nothing.</summary>
    private long[] Limit(ResourceSet? limit)
    {
        var left = _table.Zero();
        if (limit is null || !limit.IsZero) Array.Fill(left, long.MaxValue / 2);
        if (limit is null) return left;
        var named = _table.Of(limit);
        for (var i = 0; i < left.Length; i++)
            if (named[i] > 0) left[i] = named[i];
        return left;
    }
}

/// <summary>Tasks that wait for room and ask for the same.</summary>
internal sealed class DemandLine(long[] request, int count, IReadOnlyList<string>? only = null)
{
    /// <summary>Only nodes of its own pool serve it.</summary>
    public bool OwnOnly => only is not null;

    public bool CouldUse(CohortRoom room) => only is null ? Request.FitsIn(room.Capacity) : only.Contains(room.Name);

    public long[] Request { get; } = request;

    /// <summary>How many are not provided for yet.</summary>
    public int Left { get; set; } = count;
}

/// <summary>A node of a lender.</summary>
internal sealed class CohortRoom(CohortNode node, AmountTable table)
{
    public string Name { get; } = node.Node;

    public NodeState State { get; } = node.State;

    public long[] Capacity { get; } = table.Of(node.Capacity);

    /// <summary>Free to lend now.</summary>
    public long[] Free { get; } = table.Of(node.Free);

    /// <summary>What loans that are on their way back will free beside that, and nobody is to have yet.</summary>
    public long[] Coming { get; } = table.Zero();

    /// <summary>Loans of it that could be called back.</summary>
    public List<CohortLoan> Loans { get; } = [];

    /// <summary>Free, and coming.</summary>
    public long[] Soon => Free.Plus(Coming);
}

/// <summary>A loan that both sides know.</summary>
internal sealed class CohortLoan(CohortPool lender, CohortPool borrower, LoanTaken taken, long[] slice)
{
    public CohortPool Lender { get; } = lender;

    public CohortPool Borrower { get; } = borrower;

    public LoanTaken Taken { get; } = taken;

    public Loan Loan => Taken.Loan;

    public long[] Slice { get; } = slice;

    public long At { get; } = Clock.ToMicros(taken.At);

    public bool Usable => Taken.State is NodeState.Ready or NodeState.Suspect;
}
