using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>
/// Turns by weight, spread evenly: after any number of choices each backend has had its share of them to within one. Among the backends that are due
/// the one with the nearest deadline is next; O(log n) a choice. What each is owed is kept when weights change.
/// Source: R. Tijdeman, The chairman assignment problem, Discrete Mathematics 32 (1980).
/// </summary>
public sealed class SmoothWeightedRoundRobin : IBalancingAlgorithm
{
    private const long Rebase = 1L << 30;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<int, double> _due = new();
    private readonly PriorityQueue<int, double> _waiting = new();
    private Roster? _roster;
    private double[] _had = [];
    private double _slack;
    private long _turn;

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        Backend chosen;
        lock (_gate)
        {
            if (roster != _roster || _turn >= Rebase)
                Start(roster);
            chosen = roster.Backends[Next()];
        }

        chosen.Enter(request.CostUs);
        return chosen;
    }

    private int Next()
    {
        _turn++;
        while (_waiting.TryPeek(out var index, out var release) && (release <= _turn + 1e-9 || _due.Count == 0))
        {
            _waiting.Dequeue();
            _due.Enqueue(index, (_had[index] + 1 - _slack) / Share(index));
        }

        var next = _due.Dequeue();
        _had[next]++;
        _waiting.Enqueue(next, (_had[next] + _slack) / Share(next));
        return next;
    }

    private double Share(int index) => _roster!.Weights[index] / _roster.TotalWeight;

    private void Start(Roster roster)
    {
        var owed = new Dictionary<Backend, double>();
        for (var i = 0; i < _had.Length; i++)
            owed[_roster!.Backends[i]] = Math.Clamp(_turn * Share(i) - _had[i], -1, 1);
        _roster = roster;
        _turn = 0;
        _slack = roster.Count > 1 ? 1.0 / (2 * roster.Count - 2) : 0;
        _had = new double[roster.Count];
        _due.Clear();
        _waiting.Clear();
        _due.EnsureCapacity(roster.Count);
        _waiting.EnsureCapacity(roster.Count);
        for (var i = 0; i < roster.Count; i++)
        {
            _had[i] = -owed.GetValueOrDefault(roster.Backends[i]);
            _waiting.Enqueue(i, (_had[i] + _slack) / Share(i));
        }
    }
}
