using System.Runtime.InteropServices;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>What decides between agents, side by side in memory: the first of those that want something is found in one pass.</summary>
internal sealed partial class OrderTree
{
    private OrderKey[] _ranks = [];
    private GroupEntry[] _parents = [];
    private ulong[] _signatures = [];

    private void GrowRanks()
    {
        if (_ranks.Length >= _agents.Count) return;
        Array.Resize(ref _ranks, Math.Max(16, _ranks.Length * 2));
        Array.Resize(ref _parents, _ranks.Length);
        Array.Resize(ref _signatures, _ranks.Length);
    }

    /// <summary>
    /// The first in order of the queues of some shapes that <paramref name="refused"/> does not hold and whose agents' limits hold it; null
    /// for none. Agents' keys lie side by side, so that most queues are passed without a look at them.
    /// </summary>
    public ShapeQueue? FirstOf(ReadOnlySpan<Shape> shapes, List<ShapeQueue> refused)
    {
        ShapeQueue? best = null;
        var rank = default(OrderKey);
        var grouped = HasGroups;
        foreach (var shape in shapes)
            foreach (ref readonly var waiter in CollectionsMarshal.AsSpan(shape.Queues))
            {
                ref readonly var other = ref _ranks[waiter.Agent];
                if (best is not null && (grouped ? IsBehind(waiter.Agent, other, best.Agent.Index, rank) : other.IsBehind(rank))) continue;
                if (best is not null && !Before(waiter.Queue, best)) continue;
                if (!shape.WholeRef.FitsIn(waiter.Queue.Agent.Headroom) || refused.Contains(waiter.Queue)) continue;
                best = waiter.Queue;
                rank = other;
            }
        return best;
    }

    /// <summary>
    /// The first agent in order with a waiting shape among <paramref name="shapes"/>, of those behind <paramref name="after"/>; null for none. One pass
    /// over numbers that lie side by side, whatever waits: a walk through the heaps that most agents hold in vain costs more, up to some thousand agents.
    /// </summary>
    public AgentEntry? FirstWith(ulong shapes, AgentEntry? after)
    {
        var best = -1;
        var rank = default(OrderKey);
        var grouped = HasGroups;
        var signatures = _signatures.AsSpan(0, _agents.Count);
        for (var i = 0; i < signatures.Length; i++)
        {
            if ((signatures[i] & shapes) == 0) continue;
            ref readonly var other = ref _ranks[i];
            if (best >= 0 && ((grouped ? IsBehind(i, other, best, rank) : other.IsBehind(rank)) || !IsBefore(_agents[i], _agents[best]))) continue;
            if (after is not null && (ReferenceEquals(_agents[i], after) || !IsBefore(after, _agents[i]))) continue;
            best = i;
            rank = other;
        }
        return best < 0 ? null : _agents[best];
    }

    /// <summary>True when an agent is known to stand behind another without a look at either: their class, then their own or their groups' keys say so.</summary>
    private bool IsBehind(int agent, in OrderKey own, int other, in OrderKey others)
    {
        if (own.Level != others.Level) return own.Level < others.Level;
        var (a, b) = (_parents[agent], _parents[other]);
        if (ReferenceEquals(a, b)) return OrderKey.Compare(own, others) > 0;
        return a.Depth <= 1 && b.Depth <= 1 && OrderKey.Compare(a.Depth == 0 ? own : a.Key, b.Depth == 0 ? others : b.Key) > 0;
    }
}
