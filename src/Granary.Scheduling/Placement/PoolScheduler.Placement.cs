using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Placement.Kinds;
using Granary.Scheduling.Placement.Scoring;
using Granary.Scheduling.Placement.Terms;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>
    /// So many nodes are scored for one decision: all that have room while they are no more; else half of them the tightest, a quarter the emptiest,
    /// and a quarter from a place in between that is another one every time.
    /// </summary>
    internal const int Window = 128;

    /// <summary>Of each kind at least so many, and over all kinds no more than <see cref="MostCandidates"/>.</summary>
    private const int LeastOfKind = 4;

    private const int MostCandidates = 256;

    /// <summary>Nodes that are looked at because a neighbour or data is there.</summary>
    private const int MostHints = 32;

    private readonly PlacementParts _parts;
    private readonly List<string> _missingParts = [];
    private readonly CandidateList _candidates = new();
    private Scorer _scorer;
    private long _search;

    /// <summary>How often a part of a plug-in failed and a built-in one stood in.</summary>
    public long PluginFaults { get; private set; }

    /// <summary>What the last of them said; empty for none.</summary>
    public string PluginFault { get; private set; } = "";

    private bool IsPlain(Shape shape) => _scorer.Plain && shape.Terms is null;

    private void SetScorer(PoolSpec spec)
    {
        _missingParts.Clear();
        _scorer = Scorer.Of(spec, _parts, _missingParts);
        if (spec.Policy?.Placement is { Order.Length: > 0 } policy && _parts.Order(policy.Order) is null) _missingParts.Add($"ordering '{policy.Order}'");
        if (!_scorer.Plain) _capacity.Kinds.Activate([], _capacity.Nodes);
        else if (_capacity.Terms.Count == 0) _capacity.Kinds.Deactivate(_capacity.Nodes);
    }

    /// <summary>The terms of a task that is being admitted; null for most.</summary>
    private TermsEntry? TermsOf(TaskSpec spec)
    {
        if (spec.Terms?.Placement is null || _capacity.Terms.Take(spec, _capacity.Nodes) is not { } terms) return null;
        _capacity.Kinds.Activate(terms.Labels, _capacity.Nodes);
        return terms;
    }

    /// <summary>What neighbours kept from a place, and have gone or come since, is tried again everywhere.</summary>
    private void TryWokenAnew()
    {
        foreach (var terms in _capacity.Terms.Woken)
        {
            terms.Woken = false;
            foreach (var shape in terms.Shapes) TryAnew(shape);
        }
        _capacity.Terms.Woken.Clear();
    }

    private void TryAnew(Shape shape)
    {
        shape.BlockedEpoch = -1;
        foreach (var waiter in shape.Queues)
        {
            waiter.Queue.Active = true;
            waiter.Queue.Agent.Order.UpdateBounds(waiter.Queue);
            _order.Settle(waiter.Queue.Agent);
        }
    }

    /// <summary>The best node for a task by the scores in force and its own terms; null when none will do, or when it should wait for a better one.</summary>
    private NodeEntry? ChooseByScore(TaskEntry task, long now, bool mayWait)
    {
        var terms = task.Item.Shape.Terms;
        if (_scorer.Plain && terms is { HasWishes: false }) return Tightest(task, now, plugins: true);
        NodeEntry? best;
        try
        {
            best = BestScored(task, now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fault(e);
            return Tightest(task, now, plugins: false);
        }
        return best is not null && mayWait && ShouldWait(task, best, now) ? null : best;
    }

    /// <summary>Whether a node that was freed takes the task, when no other node has room for it.</summary>
    private NodeEntry? ChooseFreed(TaskEntry task, NodeEntry node, long now)
    {
        if (_capacity.FreedNodes > 1) return ChooseByScore(task, now, mayWait: true);
        try
        {
            var request = RequestOf(task, now);
            if (Refusal(task, node, request, CandidateOf(task, node), now, plugins: true) is not null) return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fault(e);
            if (Refusal(task, node, RequestOf(task, now), CandidateOf(task, node), now, plugins: false) is not null) return null;
        }
        return ShouldWait(task, node, now) ? null : node;
    }

    private void Fault(Exception e)
    {
        PluginFaults++;
        PluginFault = $"{e.GetType().Name}: {e.Message}";
    }

    private NodeEntry? BestScored(TaskEntry task, long now)
    {
        var shape = task.Item.Shape;
        var terms = shape.Terms;
        var request = RequestOf(task, now);
        _candidates.Clear();
        _search++;
        Collect(shape, terms);
        var found = _candidates.Collected;
        foreach (var node in found)
        {
            var candidate = CandidateOf(task, node);
            if (Refusal(task, node, request, candidate, now, plugins: true) is null) _candidates.Keep(candidate);
        }
        if (_candidates.Kept.Length == 0) return found.Length < _candidates.Least ? null : Tightest(task, now, plugins: true);
        var best = _scorer.Best(request, _candidates.Kept, terms is { HasWishes: true }, _candidates.Totals);
        _choice = new PlacementChoice(task.Number, _candidates.Kept.Length, _candidates.Totals[best], _candidates.RunnerUp(best));
        return _candidates.Kept[best].Entry;
    }

    /// <summary>Nodes with room, enough of each kind.</summary>
    private void Collect(Shape shape, TermsEntry? terms)
    {
        if (!_capacity.Kinds.Active)
        {
            Collect(_capacity.Index, shape.VectorRef, Window);
            _candidates.Least = Math.Min(Window, _capacity.Index.Count);
            return;
        }
        IReadOnlyList<NodeKind> kinds = terms is null ? _capacity.Kinds.Kinds : terms.Eligible(_capacity.Kinds);
        if (terms is not null) CollectHints(terms, shape.VectorRef);
        if (kinds.Count == 0) return;
        var share = Math.Max(LeastOfKind, Window / kinds.Count);
        var first = (int)((ulong)_lastToken % (ulong)kinds.Count);
        for (var i = 0; i < kinds.Count && _candidates.Collected.Length < MostCandidates; i++)
            Collect(kinds[(first + i) % kinds.Count].Index, shape.VectorRef, share);
        _candidates.Least = 0;
    }

    private void Collect(NodeIndex index, in ResourceVector vector, int share)
    {
        var cursor = default(NodeIndex.Cursor);
        var all = index.Count <= share;
        for (var left = all ? share : share / 2; left > 0; left--)
        {
            if (index.Next(vector, ref cursor) is not { } node) return;
            _candidates.Add(node, _search);
        }
        if (all) return;
        cursor = default;
        for (var left = share / 4; left > 0 && index.NextDown(vector, ref cursor) is { } node; left--) _candidates.Add(node, _search);
        cursor = index.From(_lastToken);
        for (var left = share / 4; left > 0 && index.Next(vector, ref cursor) is { } node; left--) _candidates.Add(node, _search);
    }

    private void CollectHints(TermsEntry terms, in ResourceVector vector)
    {
        var left = MostHints;
        foreach (var place in terms.Terms.Data?.Keys ?? [])
            if (left > 0 && _capacity.Find(place) is { Indexed: true } node && vector.FitsIn(node.Free) && terms.Eligible(node, _capacity.Kinds))
            {
                _candidates.Add(node, _search);
                left--;
            }
        foreach (var selector in terms.Near)
            foreach (var index in selector.Nodes.Keys)
            {
                if (left == 0) return;
                if (_capacity.Nodes[index] is not { Indexed: true } node || !vector.FitsIn(node.Free) || !terms.Eligible(node, _capacity.Kinds)) continue;
                _candidates.Add(node, _search);
                left--;
            }
    }

    /// <summary>The tightest of all nodes that will do, whatever the scores.</summary>
    private NodeEntry? Tightest(TaskEntry task, long now, bool plugins)
    {
        var shape = task.Item.Shape;
        if (!_capacity.Kinds.Active) return Tightest(task, _capacity.Index, now, plugins);
        NodeEntry? best = null;
        foreach (var kind in shape.Terms is { } terms ? terms.Eligible(_capacity.Kinds) : _capacity.Kinds.Kinds)
        {
            if (Tightest(task, kind.Index, now, plugins) is not { } node) continue;
            if (best is null || node.KindKey < best.KindKey || (node.KindKey == best.KindKey && node.Index < best.Index)) best = node;
        }
        return best;
    }

    private NodeEntry? Tightest(TaskEntry task, NodeIndex index, long now, bool plugins)
    {
        var cursor = default(NodeIndex.Cursor);
        var request = default(PlacementRequest);
        while (index.Next(task.Item.Shape.VectorRef, ref cursor) is { } node)
        {
            if (request.Spec is null) request = RequestOf(task, now);
            var refusal = Refusal(task, node, request, CandidateOf(task, node), now, plugins);
            if (refusal is null) return node;
            if (refusal == FilterNames.Reservations && ++_refusals >= MostRefusals) return null;
        }
        return null;
    }

    /// <summary>The first filter that keeps the task from a node that has room; null when none does.</summary>
    private string? Refusal(TaskEntry task, NodeEntry node, in PlacementRequest request, in NodeCandidate candidate, long now, bool plugins)
    {
        var item = task.Item;
        if (item.Shape.Terms is { } terms)
        {
            if (!terms.Eligible(node, _capacity.Kinds)) return FilterNames.Labels;
            if (!terms.NeighboursAllow(node)) return FilterNames.Neighbours;
            if (terms.Terms.MaxCost is { } most && CostScore.Price(request, candidate) > most) return FilterNames.Price;
        }
        if (plugins && _scorer.Filters.Length > 0 && !_scorer.Admits(request, candidate, out var refusing)) return refusing!.Name;
        if (!node.DevicesHold(item.Shape.VectorRef)) return FilterNames.GpuMemory;
        if (!MayRest(task, node)) return FilterNames.Overcommit;
        return _book.Allows(node, item.Shape.VectorRef, item.Estimate, now, task.Slot, item.Agent) ? null : FilterNames.Reservations;
    }

    private PlacementRequest RequestOf(TaskEntry task, long now) =>
        new(task.Item.Spec, task.Item.Shape.VectorRef, _capacity.Index.Largest, Clock.ToSpan(task.Item.Estimate), Clock.ToTime(now));

    private NodeCandidate CandidateOf(TaskEntry task, NodeEntry node)
    {
        var traits = node.Spec.Traits;
        var run = _scorer.Plain && task.Item.Shape.Terms is { Terms.MaxCost: null } ? default : RunSeconds(task.Item, traits);
        var wishes = task.Item.Shape.Terms is { HasWishes: true } terms ? terms.WishesFor(node, _capacity.Ready, _capacity.NodeEpoch) : default;
        return new NodeCandidate(node, run, wishes);
    }
}
