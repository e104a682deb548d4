using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Nodes go from one part of a sharded pool to another while nothing rests on them. A part that has let go of a node does not take it back but by a later move:
/// no message that comes late gives it to two parts.
/// </summary>
public sealed partial class PoolScheduler
{
    private int _released;

    /// <summary>Lets go of a node that nothing rests on; true when it has.</summary>
    public bool ReleaseNode(string name, long move, long now, EventBatch events, IPoolEffects effects)
    {
        if (_capacity.Find(name) is not { } node) return false;
        if (node.Released >= move) return true;
        if (!IsIdle(node)) return false;
        Emit(new PoolEvent(EventKind.NodeReleased, now, Value: move, Node: node.Index), events, effects);
        return true;
    }

    /// <summary>Ready, without a lease, and nothing is planned there.</summary>
    private static bool IsIdle(NodeEntry node) =>
        node is { State: NodeState.Ready, Released: 0, Slice: null, Leases.Count: 0, Plan: null or { Count: 0 }, Windows: null } && node.Lent.IsZero;

    private string[] IdleNodes() => [.. _capacity.Ready.Where(IsIdle).Take(PartStanding.MostRooms).Select(n => n.Spec.Name)];

    private Dictionary<string, long> ReleasedNodes() => _capacity.Nodes.Where(n => n.Released > 0).ToDictionary(n => n.Spec.Name, n => n.Released, StringComparer.Ordinal);

    private void ApplyReleased(NodeEntry node, long move)
    {
        SetNode(node, node.Spec, NodeState.Down);
        if (node.Released == 0) _released++;
        node.Released = move;
    }

    private void TakeBack(NodeEntry node)
    {
        node.Released = 0;
        _released--;
    }

    private static GranaryException Gone(NodeEntry node) => GranaryException.Unavailable($"node {node.Spec.Name} is in another part of the pool now; ask again");

    private void WriteReleased(ref JournalWriter w)
    {
        w.Unsigned((ulong)_released);
        foreach (var node in _capacity.Nodes)
        {
            if (node.Released == 0) continue;
            w.Number(node.Index);
            w.Number(node.Released);
        }
    }

    private void ReadReleased(ref JournalReader r)
    {
        _released = r.Count();
        for (var i = 0; i < _released; i++)
        {
            var index = r.Int();
            if ((uint)index >= (uint)_capacity.Nodes.Count) throw r.Damaged($"names node {index} of {_capacity.Nodes.Count}");
            _capacity.Nodes[index].Released = r.Number();
        }
    }
}
