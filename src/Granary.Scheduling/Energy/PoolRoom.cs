namespace Granary.Scheduling.Energy;

/// <summary>Room on the machines of one pool that stay on, and whether the tasks of one that goes would find place there.</summary>
internal sealed class PoolRoom
{
    private readonly string[] _names;
    private readonly Dictionary<string, long[]> _free = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnergyNode> _nodes;
    private readonly HashSet<string> _received = new(StringComparer.Ordinal);
    private readonly double _headroom;

    public PoolRoom(IReadOnlyList<EnergyNode> nodes, double headroom)
    {
        _names = [.. nodes.SelectMany(n => n.Capacity.Named().Select(a => a.Name)).Distinct().Order(StringComparer.Ordinal)];
        _nodes = nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        _headroom = headroom;
        foreach (var node in nodes) _free[node.Name] = [.. _names.Select(r => node.Capacity.AmountOf(r) - node.Held.AmountOf(r))];
    }

    /// <summary>Machines that are on.</summary>
    public int Count => _free.Count;

    /// <summary>
    /// Takes a machine away and puts what it holds, as equal parts for each of its tasks, on the fullest machines that have room.
    /// </summary>
    /// <returns>How much was put where; null, with nothing changed, when a part finds no place or the headroom would be gone.</returns>
    public IReadOnlyDictionary<string, int>? Park(EnergyNode node)
    {
        if (_received.Contains(node.Name)) return null; // what was just planned to go there would have to go on
        var before = _free.ToDictionary(f => f.Key, f => (long[])f.Value.Clone(), StringComparer.Ordinal);
        _free.Remove(node.Name);
        var placed = new Dictionary<string, int>(StringComparer.Ordinal);
        var part = _names.Select(r => (node.Held.AmountOf(r) + Math.Max(1, node.Tasks) - 1) / Math.Max(1, node.Tasks)).ToArray();
        var good = true;
        for (var task = 0; task < node.Tasks && good; task++)
        {
            var target = _free.Where(f => Fits(part, f.Value)).OrderBy(f => Freeness(f.Key)).ThenBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Key).FirstOrDefault();
            good = target is not null;
            if (target is null) break;
            for (var r = 0; r < _names.Length; r++) _free[target][r] -= part[r];
            placed[target] = placed.GetValueOrDefault(target) + 1;
        }
        if (good && HasHeadroom())
        {
            _received.UnionWith(placed.Keys);
            return placed;
        }
        foreach (var (name, free) in before) _free[name] = free;
        return null;
    }

    private static bool Fits(long[] part, long[] free)
    {
        for (var r = 0; r < part.Length; r++)
            if (part[r] > free[r]) return false;
        return true;
    }

    private double Freeness(string node)
    {
        var least = 1.0;
        for (var r = 0; r < _names.Length; r++)
            if (_nodes[node].Capacity.AmountOf(_names[r]) is > 0 and var all) least = Math.Min(least, _free[node][r] / (double)all);
        return least;
    }

    private bool HasHeadroom()
    {
        for (var r = 0; r < _names.Length; r++)
        {
            long free = 0, all = 0;
            foreach (var (name, room) in _free)
            {
                free += room[r];
                all += _nodes[name].Capacity.AmountOf(_names[r]);
            }
            // a resource that only the machine in question has is looked at by its tasks, not by its share
            if (all > 0 && free < _headroom * all) return false;
        }
        return true;
    }
}
