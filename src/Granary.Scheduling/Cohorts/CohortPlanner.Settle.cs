using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Cohorts;

/// <summary>Brings both sides of every loan together: each step follows from what the two pools hold durably, so any message may be lost.</summary>
public sealed partial class CohortPlanner
{
    private void Settle()
    {
        foreach (var lender in _pools.Values)
            foreach (var given in lender.Standing.Given)
                if (_pools.TryGetValue(given.Loan.Borrower, out var borrower)) Settle(lender, borrower, given.Loan);
        foreach (var borrower in _pools.Values)
            foreach (var taken in borrower.Standing.Taken)
                if (_pools.TryGetValue(taken.Loan.Lender, out var lender) && !lender.Standing.Given.Any(g => g.Loan.Number == taken.Loan.Number))
                    Call(borrower, taken.Loan, LoanFate.Reclaim, $"pool {lender.Name} does not know loan {taken.Loan.Number}");
    }

    private void Settle(CohortPool lender, CohortPool borrower, Loan loan)
    {
        var slice = _table.Of(loan.Node.Capacity);
        var room = lender.Nodes.GetValueOrDefault(loan.Node.Name);
        if (borrower.Standing.Taken.FirstOrDefault(t => t.Loan.Lender == lender.Name && t.Loan.Number == loan.Number) is { } taken)
        {
            var both = new CohortLoan(lender, borrower, taken, slice);
            _loans.Add(both);
            lender.LendingLeft.Add(slice, -1);
            borrower.BorrowingLeft.Add(slice, -1);
            if (taken.State == NodeState.Draining) room?.Coming.Add(slice);
            if (room is not null) Follow(both, room);
            return;
        }
        if (borrower.Standing.Marks.GetValueOrDefault(lender.Name) >= loan.Number)
        {
            lender.Ended.Add(new ReturnedLoan(borrower.Name, loan.Number));
            room?.Coming.Add(slice); // free for the lender's own tasks as soon as it has heard
            return;
        }
        lender.LendingLeft.Add(slice, -1);
        borrower.BorrowingLeft.Add(slice, -1);
        if (lender.Member && borrower.Member && room is { State: NodeState.Ready }) borrower.Take.Add(loan);
        else Call(borrower, loan, LoanFate.Reclaim, $"loan {loan.Number} of pool {lender.Name} was withdrawn");
    }

    /// <summary>A loan goes the way of its node.</summary>
    private void Follow(CohortLoan loan, CohortRoom room)
    {
        switch (room.State)
        {
            case NodeState.Lost or NodeState.Down or NodeState.Declared:
                Call(loan.Borrower, loan.Loan, LoanFate.Lost, $"node {room.Name} {(room.State == NodeState.Lost ? "was lost" : "left")}");
                break;
            case NodeState.Draining when loan.Taken.State != NodeState.Draining:
                Call(loan.Borrower, loan.Loan, LoanFate.Reclaim, $"node {room.Name} is being drained");
                break;
            case NodeState.Cordoned when loan.Usable:
                Call(loan.Borrower, loan.Loan, LoanFate.Close, $"node {room.Name} is cordoned");
                break;
            case NodeState.Suspect when loan.Taken.State == NodeState.Ready:
                Call(loan.Borrower, loan.Loan, LoanFate.Pause, $"node {room.Name} is silent");
                break;
            case NodeState.Ready when loan.Taken.State == NodeState.Suspect:
                Call(loan.Borrower, loan.Loan, LoanFate.Usable, "");
                break;
            case NodeState.Ready when !(loan.Lender.Member && loan.Borrower.Member) && loan.Usable:
                Call(loan.Borrower, loan.Loan, LoanFate.Close, $"pools {loan.Lender.Name} and {loan.Borrower.Name} are in one cohort no more");
                break;
            case NodeState.Ready when loan.Taken.State != NodeState.Draining:
                room.Loans.Add(loan);
                break;
        }
    }

    private static void Call(CohortPool borrower, Loan loan, LoanFate fate, string reason) =>
        borrower.Calls.Add(new LoanCall(loan.Lender, loan.Number, fate, reason));
}
