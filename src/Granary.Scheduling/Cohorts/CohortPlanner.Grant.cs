using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Cohorts;

/// <summary>Lends what is free.</summary>
public sealed partial class CohortPlanner
{
    /// <summary>
    /// One loan after another, to the pool whose share is then the smallest, until nothing that waits fits what is free (progressive filling
    /// over weighted dominant shares).
    /// </summary>
    private void Grant()
    {
        var lenders = _pools.Values.Where(MayLend).ToArray();
        var waiting = (from pool in _pools.Values where pool.Member from line in pool.Demand where line.Left > 0 && !line.OwnOnly select (Pool: pool, Line: line)).ToList();
        for (var granted = 0; granted < _options.LoansPerRound && waiting.Count > 0; granted++)
        {
            var next = 0;
            for (var i = 1; i < waiting.Count; i++)
                if (ShareOf(waiting[i].Pool, waiting[i].Line.Request) < ShareOf(waiting[next].Pool, waiting[next].Line.Request)) next = i;
            var (borrower, line) = waiting[next];
            if (!TryLend(borrower, line, lenders) || line.Left == 0) waiting.RemoveAt(next);
        }
    }

    /// <summary>Who waits for its own room lends none of it, and for a while after.</summary>
    private bool MayLend(CohortPool pool) => pool.Member
        && (!_neededOwn.TryGetValue(pool.Name, out var needed) || _now - needed >= Clock.ToMicros(_options.LendAfter));

    private bool TryLend(CohortPool borrower, DemandLine line, CohortPool[] lenders)
    {
        CohortPool? from = null;
        CohortRoom? on = null;
        var times = 0;
        foreach (var lender in lenders)
        {
            if (lender == borrower) continue;
            // from the pool that uses the least of what is its own; there, where the most of it fits, so that few nodes are shared
            if (from is not null && ShareOf(from) <= ShareOf(lender)) continue;
            CohortRoom? best = null;
            var most = 0;
            foreach (var room in lender.Nodes.Values)
            {
                if (room.State != NodeState.Ready) continue;
                var fits = line.Request.Times(room.Free, line.Left);
                if (fits > most) (best, most) = (room, fits);
            }
            most = Math.Min(most, Math.Min(line.Request.Times(lender.LendingLeft, line.Left), line.Request.Times(borrower.BorrowingLeft, line.Left)));
            if (best is null || most == 0) continue;
            (from, on, times) = (lender, best, most);
        }
        if (from is null) return false;
        times = (times + _options.LoansPerNode - 1) / _options.LoansPerNode;
        var slice = _table.Zero().Plus(line.Request, times);
        from.Lend.Add(new LoanAsk(borrower.Name, _cohort, on!.Name, _table.ToSet(slice)));
        on.Free.Add(slice, -1);
        from.LendingLeft.Add(slice, -1);
        borrower.BorrowingLeft.Add(slice, -1);
        borrower.Used.Add(slice);
        line.Left -= times;
        return true;
    }
}
