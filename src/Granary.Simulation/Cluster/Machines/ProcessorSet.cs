namespace Granary.Simulation.Cluster.Machines;

/// <summary>
/// Which processors jobs hold. While all nodes are alike and none is lost, counting is enough; else each job holds slices of nodes, fastest
/// nodes first, and runs as slowly as the slowest of them.
/// </summary>
internal sealed class ProcessorSet
{
    private readonly double _slowness;
    private readonly ClusterNode[] _nodes = [];
    private readonly int[] _free = [];
    private readonly int[] _bySpeed = [];
    private readonly Dictionary<int, List<(int Node, int Count)>>? _slices;

    /// <param name="identities">True when it must be known who holds what: nodes differ, or some will be lost.</param>
    public ProcessorSet(ClusterSpec spec, bool identities)
    {
        Capacity = Free = spec.Processors;
        _slowness = spec.Nodes[0].Slowness;
        if (!identities && spec.Nodes.All(n => n.Slowness == _slowness)) return;
        _nodes = [.. spec.Nodes];
        _free = [.. _nodes.Select(n => n.Processors)];
        _bySpeed = [.. Enumerable.Range(0, _nodes.Length).OrderBy(i => _nodes[i].Slowness)];
        _slices = [];
    }

    /// <summary>Processors that are not lost.</summary>
    public int Capacity { get; private set; }

    public int Free { get; private set; }

    /// <summary>Gives processors to a job; there must be enough.</summary>
    /// <returns>How many times longer it runs than the trace says.</returns>
    public double Take(int job, int processors)
    {
        Free -= processors;
        if (_slices is null) return _slowness;
        var slices = new List<(int, int)>();
        var slowness = 1.0;
        foreach (var node in _bySpeed)
        {
            var count = Math.Min(_free[node], processors);
            if (count == 0) continue;
            slices.Add((node, count));
            _free[node] -= count;
            processors -= count;
            slowness = _nodes[node].Slowness;
            if (processors == 0) break;
        }
        _slices[job] = slices;
        return slowness;
    }

    public void Return(int job, int processors)
    {
        Free += processors;
        if (_slices is null || !_slices.Remove(job, out var slices)) return;
        foreach (var (node, count) in slices) _free[node] += count;
    }

    /// <summary>A node vanishes; those who held any of it must be given back by <see cref="Return"/> before.</summary>
    public void Lose(int node)
    {
        Capacity -= _nodes[node].Processors;
        Free -= _free[node];
        _free[node] = 0;
        _nodes[node] = _nodes[node] with { Processors = 0 };
    }

    /// <summary>Nodes that are not lost, in order.</summary>
    public List<int> Alive() => [.. Enumerable.Range(0, _nodes.Length).Where(i => _nodes[i].Processors > 0)];

    /// <summary>Jobs that hold any of a node, lowest first.</summary>
    public List<int> On(int node) => [.. _slices!.Where(s => s.Value.Exists(x => x.Node == node)).Select(s => s.Key).Order()];
}
