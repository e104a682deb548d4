using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Cohorts;

/// <summary>A loan given: a part of one of this pool's nodes.</summary>
internal sealed class GivenLoan(Loan loan, NodeEntry node, ResourceVector slice, long at)
{
    public Loan Loan { get; } = loan;

    public NodeEntry Node { get; } = node;

    public ResourceVector Slice { get; } = slice;

    /// <summary>When it was granted, microseconds.</summary>
    public long At { get; } = at;
}

/// <summary>A loan taken: what makes a node entry a part of another pool's node.</summary>
internal sealed class SliceEntry(Loan loan, long at)
{
    public Loan Loan { get; } = loan;

    /// <summary>When it was taken, microseconds.</summary>
    public long At { get; } = at;

    /// <summary>It was returned: the entry waits for another loan.</summary>
    public bool Ended { get; set; }
}

/// <summary>What a pool lends and borrows.</summary>
internal sealed class LoanBook
{
    /// <summary>How long calling a loan back is expected to take, microseconds: a grace and the way there and back.</summary>
    public const long ReclaimTime = 30 * Clock.Second;

    /// <summary>Loans given that have not ended, by number.</summary>
    public SortedDictionary<long, GivenLoan> Given { get; } = [];

    /// <summary>The number that the next loan gets.</summary>
    public long Next { get; set; } = 1;

    /// <summary>Loans taken that have not been returned.</summary>
    public SortedDictionary<(string Lender, long Number), NodeEntry> Taken { get; } = new(LoanOrder.Instance);

    /// <summary>By lender, the highest number taken or refused: what is at most this and not in <see cref="Taken"/> is never taken again.</summary>
    public SortedDictionary<string, long> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>Entries of loans that were returned, to be used again: node indices stay small.</summary>
    public SortedDictionary<int, NodeEntry> Idle { get; } = [];

    /// <summary>How many of <see cref="Taken"/> go back once nothing runs there.</summary>
    public int Closing { get; set; }

    /// <summary>Loans given that are being called back for tasks of this pool. For explanations; not durable.</summary>
    public IReadOnlyList<long> Reclaiming { get; set; } = [];

    public bool IsEmpty => Given.Count == 0 && Taken.Count == 0 && Marks.Count == 0 && Idle.Count == 0 && Next == 1;

    private sealed class LoanOrder : IComparer<(string Lender, long Number)>
    {
        public static LoanOrder Instance { get; } = new();

        public int Compare((string Lender, long Number) x, (string Lender, long Number) y) =>
            string.CompareOrdinal(x.Lender, y.Lender) is var names and not 0 ? names : x.Number.CompareTo(y.Number);
    }
}
