using Granary.Model;

namespace Granary.Scheduling;

/// <summary>What lending has to do with a task that waits for room.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>What is added to the evidence of a task that waits for room; empty when lending has no part in it.</summary>
    private string ExplainLoans()
    {
        var coming = _loans.Reclaiming.Select(n => _loans.Given.GetValueOrDefault(n)).OfType<Cohorts.GivenLoan>().ToArray();
        if (coming.Length > 0)
            return $"; {_lanes.ToSet(coming.Aggregate(ResourceTotals.Zero, (sum, g) => sum + g.Slice))} is being called back from {Pools(coming.Select(g => g.Loan.Borrower))}";
        if (_loans.Given.Count > 0) return $"; {_lanes.ToSet(Lent())} is lent to {Pools(_loans.Given.Values.Select(g => g.Loan.Borrower))}";
        return Borrows ? $"; no pool of cohort {_spec.Cohort} has room to lend" : "";
    }

    private static string Pools(IEnumerable<string> names)
    {
        var distinct = names.Distinct().Order(StringComparer.Ordinal).ToArray();
        return $"pool{(distinct.Length > 1 ? "s" : "")} {string.Join(", ", distinct)}";
    }
}
