using System.Globalization;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Pools in every format.</summary>
internal static class PoolListing
{
    public static Listing<PoolView> At(DateTimeOffset now) => new(
        [
            new("NAME", p => p.Spec.Name),
            new("STRATEGY", p => Words.Snake(p.Spec.Strategy)),
            new("MODE", p => Words.Snake(p.Spec.Mode), Wide: true),
            new("COHORT", p => p.Spec.Cohort, Wide: true),
            new("SHARDS", p => Count(p.Spec.Shards), Wide: true),
            new("TEMPLATE", p => p.Spec.Policy?.Template ?? "", Wide: true),
            new("LENT", p => p.Lent.IsZero ? "" : p.Lent.ToString(), Wide: true),
            new("BORROWED", p => p.Borrowed.IsZero ? "" : p.Borrowed.ToString(), Wide: true),
            new("BORROWERS", p => Borrowers(p), Wide: true),
            new("NODES", p => string.Create(CultureInfo.InvariantCulture, $"{p.ReadyNodes}/{p.Nodes}"), Tone: p => p.ReadyNodes < p.Nodes ? Tone.Warn : Tone.Plain),
            new("CAPACITY", p => p.Capacity.ToString()),
            new("USED", p => p.Used.ToString()),
            new("QUEUED", p => Count(p.Queued)),
            new("RUNNING", p => Count(p.Running + p.Placed)),
            new("SUCCEEDED", p => Count(p.Succeeded)),
            new("FAILED", p => Count(p.Failed + p.Lost), Tone: p => p.Failed + p.Lost > 0 ? Tone.Bad : Tone.Plain),
            new("CANCELLED", p => Count(p.Cancelled), Wide: true),
            new("REJECTED", p => Count(p.Rejected), Wide: true),
            new("DEADLINES", p => string.Create(CultureInfo.InvariantCulture, $"{p.DeadlinesKept}/{p.DeadlinesKept + p.DeadlinesMissed}"), Wide: true),
            new("PREEMPTIONS", p => Preemptions(p.Preemptions), Wide: true),
            new("WAITING", p => Waiting(p.Waiting), Wide: true),
            new("AGE", p => Spans.Age(p.Created, now)),
        ],
        p => JsonSerializer.SerializeToNode(PoolJson.From(p), GranaryJson.Default.PoolJson),
        p => p.Spec.Name,
        "no pools");

    /// <summary><c>Share 12, Capacity 3</c>, most first.</summary>
    public static string Waiting(IEnumerable<KeyValuePair<WaitReason, int>> waiting) => string.Join(", ", waiting
        .Where(w => w.Value > 0)
        .OrderByDescending(w => w.Value)
        .ThenBy(w => w.Key)
        .Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Key} {w.Value}")));

    /// <summary><c>Reclaim 3, Fairness 1</c>; 0 for none.</summary>
    private static string Preemptions(IReadOnlyDictionary<PreemptionKind, long> preemptions) => preemptions.Values.Sum() == 0 ? "0"
        : string.Join(", ", preemptions.Where(p => p.Value > 0).OrderBy(p => p.Key).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value}")));

    private static string Borrowers(PoolView pool) => string.Join(',',
        pool.Loans.Where(l => l.Lender == pool.Spec.Name).Select(l => l.Borrower).Distinct().Order(StringComparer.Ordinal));

    private static string Count(long n) => n.ToString(CultureInfo.InvariantCulture);
}
