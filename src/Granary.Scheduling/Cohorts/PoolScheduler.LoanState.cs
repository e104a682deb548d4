using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Cohorts;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What events make of loans, and how they stand in a snapshot.</summary>
public sealed partial class PoolScheduler
{
    private void ApplyCohort(in PoolEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.LoanGranted:
                Give((Loan)e.Detail!, _capacity.Nodes[e.Node], e.At);
                _loans.Next = e.Number + 1;
                break;
            case EventKind.LoanEnded:
                _loans.Given.Remove(e.Number, out var given);
                _capacity.Lend(given!.Node, given.Slice, -1);
                break;
            case EventKind.LoanTaken:
                var loan = (Loan)e.Detail!;
                _lanes.Learn(loan.Node.Capacity);
                _loans.Marks[loan.Lender] = loan.Number;
                var spec = SliceSpec(loan);
                var node = _loans.Idle.Remove(e.Node, out var idle) ? idle : _capacity.AddSlice(spec);
                node.Slice = new SliceEntry(loan, e.At);
                _loans.Taken[(loan.Lender, loan.Number)] = node;
                SetNode(node, spec, NodeState.Ready);
                break;
            case EventKind.LoanReturned:
                var lender = (string)e.Detail!;
                _loans.Marks[lender] = Math.Max(_loans.Marks.GetValueOrDefault(lender), e.Number);
                if (e.Node < 0) break;
                node = _capacity.Nodes[e.Node];
                node.Slice!.Ended = true;
                _loans.Taken.Remove((lender, e.Number));
                _loans.Idle[e.Node] = node;
                SetNode(node, node.Spec, NodeState.Down);
                break;
            case EventKind.CohortUse:
                var use = (AgentUse)e.Detail!;
                _lanes.Learn(use.Elsewhere);
                if (_order.Find(use.Agent) is { } agent) _order.SetElsewhere(agent, ResourceTotals.Zero + _lanes.ToVector(use.Elsewhere));
                break;
        }
    }

    private void Give(Loan loan, NodeEntry node, long at)
    {
        var slice = _lanes.ToVector(loan.Node.Capacity);
        _loans.Given[loan.Number] = new GivenLoan(loan, node, slice, at);
        _capacity.Lend(node, slice, 1);
    }

    /// <summary>A loan's room as a node. The name is none that a node can have.</summary>
    private static NodeSpec SliceSpec(Loan loan) => loan.Node with { Name = $"{loan.Node.Name}@{loan.Lender}#{loan.Number}" };

    private void CountClosing()
    {
        _loans.Closing = 0;
        foreach (var node in _loans.Taken.Values)
            if (IsClosing(node)) _loans.Closing++;
    }

    private void WriteLoans(ref JournalWriter w)
    {
        w.Number(_loans.Next);
        w.Unsigned((ulong)_loans.Given.Count);
        foreach (var given in _loans.Given.Values)
        {
            w.Number(given.At);
            w.Number(given.Node.Index);
            ModelCodec.Write(ref w, given.Loan);
        }
        w.Unsigned((ulong)_loans.Marks.Count);
        foreach (var (lender, mark) in _loans.Marks)
        {
            w.Text(lender);
            w.Number(mark);
        }
        var slices = _capacity.Nodes.Where(n => n.Slice is not null).ToArray();
        w.Unsigned((ulong)slices.Length);
        foreach (var node in slices)
        {
            w.Number(node.Index);
            w.Number(node.Slice!.At);
            w.Flag(node.Slice.Ended);
            ModelCodec.Write(ref w, node.Slice.Loan);
        }
        var elsewhere = _order.Agents.Where(a => !a.Elsewhere.IsZero).ToArray();
        w.Unsigned((ulong)elsewhere.Length);
        foreach (var agent in elsewhere) ModelCodec.Write(ref w, new AgentUse(agent.Name, _lanes.ToSet(agent.Elsewhere)));
    }

    private void ReadLoans(ref JournalReader r)
    {
        _loans.Next = r.Number();
        for (var given = r.Count(); given > 0; given--)
        {
            var at = r.Number();
            var node = NodeAt(ref r);
            Give(ModelCodec.ReadLoan(ref r), node, at);
        }
        for (var marks = r.Count(); marks > 0; marks--) _loans.Marks[r.Text()] = r.Number();
        for (var slices = r.Count(); slices > 0; slices--)
        {
            var node = NodeAt(ref r);
            var at = r.Number();
            var ended = r.Flag();
            var loan = ModelCodec.ReadLoan(ref r);
            node.Slice = new SliceEntry(loan, at) { Ended = ended };
            _capacity.CountSlice();
            if (ended) _loans.Idle[node.Index] = node;
            else _loans.Taken[(loan.Lender, loan.Number)] = node;
        }
        CountClosing();
        for (var agents = r.Count(); agents > 0; agents--)
        {
            var use = ModelCodec.ReadUse(ref r);
            if (_order.Find(use.Agent) is { } agent) _order.SetElsewhere(agent, ResourceTotals.Zero + _lanes.ToVector(use.Elsewhere));
        }
    }

    private NodeEntry NodeAt(ref JournalReader r)
    {
        var index = r.Int();
        return (uint)index < (uint)_capacity.Nodes.Count ? _capacity.Nodes[index] : throw r.Damaged($"names node {index} of {_capacity.Nodes.Count}");
    }
}
