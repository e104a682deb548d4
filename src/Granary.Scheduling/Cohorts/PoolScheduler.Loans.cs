using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Cohorts;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Both sides of a loan. docs/cohorts.md has the protocol as a table.</summary>
public sealed partial class PoolScheduler
{
    private readonly LoanBook _loans = new();

    /// <summary>A request that none of its own nodes holds may wait for a loan.</summary>
    private bool Borrows => _spec.Cohort.Length > 0;

    /// <summary>Carries out what the cohort has decided. Every part may be repeated, come late, or not at all.</summary>
    /// <returns>Loans granted by this call.</returns>
    public IReadOnlyList<Loan> Carry(CohortOrders orders, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(orders);
        if (orders.Reclaiming is { } reclaiming) _loans.Reclaiming = reclaiming;
        foreach (var ended in orders.Ended)
            if (_loans.Given.TryGetValue(ended.Number, out var given) && given.Loan.Borrower == ended.Borrower)
                Emit(new PoolEvent(EventKind.LoanEnded, now, ended.Number), events, effects);
        foreach (var loan in orders.Take) Take(loan, now, events, effects);
        foreach (var call in orders.Calls) Call(call, now, events, effects);
        foreach (var use in orders.Uses)
            if (_order.Find(use.Agent) is { } agent && _lanes.ToSet(agent.Elsewhere) != use.Elsewhere && HasLanes(use.Elsewhere))
                Emit(new PoolEvent(EventKind.CohortUse, now, Detail: use), events, effects);
        return orders.Lend.Count > 0 && orders.First == _loans.Next ? Lend(orders.Lend, now, events, effects) : [];
    }

    /// <summary>The agent of a machine that this pool borrows from has joined: which of this pool's leases it should hold.</summary>
    public NodeUpReply HostUp(string node, IReadOnlyList<Lease> live, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(live);
        var leases = _loans.Taken.Values.Where(n => n.Host == node).SelectMany(n => n.Leases).OrderBy(t => t.Number).ToArray();
        return Reconcile(leases, live, now, events, effects);
    }

    private List<Loan> Lend(IReadOnlyList<LoanAsk> asks, long now, EventBatch events, IPoolEffects effects)
    {
        var granted = new List<Loan>();
        foreach (var ask in asks)
        {
            if (_capacity.Find(ask.Node) is not { State: NodeState.Ready, Slice: null } node || ask.Borrower == _pool || ask.Slice.IsZero) continue;
            var slice = _lanes.ToVector(ask.Slice, out var unknown);
            if (unknown is not null || !slice.FitsIn(Lendable(node))) continue;
            var loan = new Loan(_pool, _loans.Next, ask.Borrower, ask.Cohort, node.Spec with { Capacity = ask.Slice });
            Emit(new PoolEvent(EventKind.LoanGranted, now, loan.Number, Node: node.Index, Detail: loan), events, effects);
            granted.Add(loan);
        }
        return granted;
    }

    /// <summary>What of a node nothing holds: neither leases, nor loans, nor reservations.</summary>
    private static ResourceVector Lendable(NodeEntry node)
    {
        var free = node.Own;
        if (node.Plan is { } plan)
            foreach (var slot in plan) free -= slot.Vector;
        if (node.Windows is { } windows)
            foreach (var piece in windows.Pieces)
                if (!piece.Owner.Open) free -= piece.Vector; // what open ones hold is not free already
        return free;
    }

    /// <summary>A loan of a number that was passed is refused: it was returned, or called back before it came.</summary>
    private void Take(Loan loan, long now, EventBatch events, IPoolEffects effects)
    {
        if (loan.Borrower != _pool || loan.Number <= _loans.Marks.GetValueOrDefault(loan.Lender)) return;
        if (!HasLanes(loan.Node.Capacity))
        {
            Emit(new PoolEvent(EventKind.LoanReturned, now, loan.Number, Node: -1, Detail: loan.Lender), events, effects);
            return;
        }
        var index = _loans.Idle.Count > 0 ? _loans.Idle.Keys.First() : _capacity.Nodes.Count;
        Emit(new PoolEvent(EventKind.LoanTaken, now, loan.Number, Node: index, Detail: loan), events, effects);
    }

    /// <summary>The pool has lanes for all custom resources named, or room for them.</summary>
    private bool HasLanes(ResourceSet set) => set.Custom is null
        || set.Custom.Keys.Count(name => !_lanes.Custom.Contains(name)) + _lanes.Custom.Count <= ResourceVector.CustomLanes;

    private void Call(LoanCall call, long now, EventBatch events, IPoolEffects effects)
    {
        if (!_loans.Taken.TryGetValue((call.Lender, call.Number), out var node))
        {
            // called back before it came: should it come, it is refused
            if (call.Fate is LoanFate.Close or LoanFate.Reclaim or LoanFate.Lost && call.Number > _loans.Marks.GetValueOrDefault(call.Lender))
                Emit(new PoolEvent(EventKind.LoanReturned, now, call.Number, Node: -1, Detail: call.Lender), events, effects);
            return;
        }
        switch (call.Fate)
        {
            case LoanFate.Usable when node.State == NodeState.Suspect: Become(NodeState.Ready); break;
            case LoanFate.Pause when node.State == NodeState.Ready: Become(NodeState.Suspect); break;
            case LoanFate.Close when node.State is NodeState.Ready or NodeState.Suspect: Become(NodeState.Cordoned); break;
            case LoanFate.Reclaim:
                if (node.State != NodeState.Draining) Become(NodeState.Draining);
                foreach (var task in ByNumber(node))
                    if (task.Stop == StopMark.None)
                        Emit(new PoolEvent(EventKind.StopIssued, now, task.Number, task.Token, (long)ExitCause.Preempted, Detail: call.Reason), events, effects);
                break;
            case LoanFate.Lost:
                foreach (var task in ByNumber(node))
                {
                    // should the machine live after all, nothing may run on there in room that is the lender's again
                    effects.Stop(StopOf(task));
                    Lose(task, call.Reason, now, events, effects);
                }
                Return(node, now, events, effects);
                break;
        }

        void Become(NodeState state) => Emit(new PoolEvent(EventKind.NodeStateChanged, now, Value: (long)state, Node: node.Index), events, effects);
    }

    /// <summary>Gives back what was called back and is empty.</summary>
    private void ReturnLoans(long now, EventBatch events, IPoolEffects effects)
    {
        foreach (var node in _loans.Taken.Values.Where(n => IsClosing(n) && n.Leases.Count == 0).ToArray()) Return(node, now, events, effects);
    }

    private void Return(NodeEntry node, long now, EventBatch events, IPoolEffects effects)
    {
        var loan = node.Slice!.Loan;
        Emit(new PoolEvent(EventKind.LoanReturned, now, loan.Number, Node: node.Index, Detail: loan.Lender), events, effects);
    }

    private static bool IsClosing(NodeEntry node) => node.State is NodeState.Cordoned or NodeState.Draining;

    private IReadOnlyList<string> BorrowersOf(NodeEntry node) => node.Lent.IsZero ? []
        : [.. _loans.Given.Values.Where(g => g.Node == node).Select(g => g.Loan.Borrower).Distinct().Order(StringComparer.Ordinal)];
}
