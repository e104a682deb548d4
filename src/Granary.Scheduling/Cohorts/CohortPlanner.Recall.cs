using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Cohorts;

/// <summary>Calls loans back.</summary>
public sealed partial class CohortPlanner
{
    /// <summary>A lender gets back what it needs, as far as it is within its own capacity: the fewest loans, of the borrower with the largest share, the youngest first.</summary>
    private void ReclaimOwn()
    {
        foreach (var lender in _pools.Values)
            foreach (var line in lender.Demand)
                while (line.Left > 0 && lender.Used.Plus(line.Request).FitsIn(lender.Own)
                    && Cheapest(lender.Nodes.Values.Where(line.CouldUse), line.Request, _ => true) is { } found)
                {
                    CallBack(found.Room, found.Loans, $"pool {lender.Name} needs it back");
                    var met = Math.Max(1, Take(line, found.Room.Coming, found.Room.Free));
                    lender.Used.Add(line.Request, met);
                }
    }

    /// <summary>A pool that waits may have a loan of another that is further over its own capacity, by a rule that cannot turn round.</summary>
    private void ReclaimForFairness()
    {
        var old = _now - Clock.ToMicros(_options.MinLoanTime);
        foreach (var taker in _pools.Values.Where(p => p.Member && p.Wants).OrderBy(p => ShareOf(p)).ThenBy(p => p.Name, StringComparer.Ordinal))
            foreach (var line in taker.Demand.Where(d => !d.OwnOnly))
                while (line.Left > 0 && line.Request.FitsIn(taker.BorrowingLeft))
                {
                    if (ProvideFromOthers(taker, line)) continue;
                    var after = ShareOf(taker, line.Request);
                    var rooms = _pools.Values.Where(p => p.Member && (p == taker || !p.Wants)).SelectMany(p => p.Nodes.Values);
                    if (Cheapest(rooms, line.Request, l => l.Borrower != taker && l.At <= old
                        && CohortShares.MayTake(after, ShareOf(l.Borrower, l.Slice, -1))) is not { } found) break;
                    CallBack(found.Room, found.Loans, $"pool {taker.Name} waits and has borrowed less");
                }
    }

    /// <summary>Room of others that is on its way back is there for who waits.</summary>
    private bool ProvideFromOthers(CohortPool taker, DemandLine line)
    {
        foreach (var lender in _pools.Values)
        {
            if (lender == taker || !lender.Member || lender.Wants) continue;
            var lendable = line.Request.FitsIn(lender.LendingLeft);
            foreach (var room in lender.Nodes.Values)
            {
                if (room.State != NodeState.Ready || !(lendable || room.Coming.Any(c => c > 0)) || Take(new DemandLine(line.Request, 1), room.Coming, room.Free) == 0) continue;
                line.Left--;
                taker.Used.Add(line.Request);
                taker.BorrowingLeft.Add(line.Request, -1);
                return true;
            }
        }
        return false;
    }

    /// <summary>The node where the fewest loans make room for the request; null when none does.</summary>
    private (CohortRoom Room, List<CohortLoan> Loans)? Cheapest(IEnumerable<CohortRoom> rooms, long[] request, Func<CohortLoan, bool> may)
    {
        (CohortRoom Room, List<CohortLoan> Loans)? best = null;
        foreach (var room in rooms)
        {
            if (room.Loans.Count == 0 || !request.FitsIn(room.Capacity)) continue;
            var soon = room.Soon;
            List<CohortLoan> loans = [];
            foreach (var loan in room.Loans.Where(may).OrderByDescending(l => ShareOf(l.Borrower)).ThenByDescending(l => l.At).ThenByDescending(l => l.Loan.Number))
            {
                if (request.FitsIn(soon)) break;
                if (!Helps(loan.Slice, request, soon)) continue;
                soon.Add(loan.Slice);
                loans.Add(loan);
            }
            if (loans.Count > 0 && request.FitsIn(soon) && (best is null || loans.Count < best.Value.Loans.Count)) best = (room, loans);
        }
        return best;
    }

    /// <summary>The loan holds something that the request lacks.</summary>
    private static bool Helps(long[] slice, long[] request, long[] soon)
    {
        for (var i = 0; i < slice.Length; i++)
            if (slice[i] > 0 && request[i] > soon[i]) return true;
        return false;
    }

    private static void CallBack(CohortRoom room, List<CohortLoan> loans, string reason)
    {
        foreach (var loan in loans)
        {
            Call(loan.Borrower, loan.Loan, LoanFate.Reclaim, reason);
            room.Loans.Remove(loan);
            room.Coming.Add(loan.Slice);
            loan.Borrower.Used.Add(loan.Slice, -1);
        }
    }

    /// <summary>What nobody needs goes back, and what is over a limit that was lowered; what runs there may end first.</summary>
    private void GiveBack()
    {
        var old = _now - Clock.ToMicros(_options.MinLoanTime);
        foreach (var loan in _loans.OrderByDescending(l => l.At).ThenByDescending(l => l.Loan.Number))
        {
            if (!loan.Usable || loan.Borrower.Calls.Exists(c => c.Lender == loan.Loan.Lender && c.Number == loan.Loan.Number)) continue;
            var over = IsOver(loan.Lender.LendingLeft, loan.Slice) || IsOver(loan.Borrower.BorrowingLeft, loan.Slice);
            if (!over && (loan.At > old || IsNeeded(loan, old))) continue;
            Call(loan.Borrower, loan.Loan, LoanFate.Close, over ? "a limit was lowered" : "it is not needed");
            loan.Lender.LendingLeft.Add(loan.Slice);
            loan.Borrower.BorrowingLeft.Add(loan.Slice);
        }
    }

    private bool IsNeeded(CohortLoan loan, long old)
    {
        if (loan.Borrower.Standing.Demand.Any(d => d.Only is null && _table.Of(d.Request).FitsIn(loan.Slice))) return true;
        return loan.Taken.Tasks > 0 && _wanted.TryGetValue(loan.Borrower.Name, out var wanted) && wanted > old;
    }

    private static bool IsOver(long[] left, long[] slice)
    {
        for (var i = 0; i < left.Length; i++)
            if (left[i] < 0 && slice[i] > 0) return true;
        return false;
    }
}
