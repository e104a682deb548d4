using Granary.Abstractions;

namespace Granary.Grains.Optimization;

/// <summary>Cores that agents' tasks use, as nodes measure it (<c>agent.cpu/A</c>): the last word of each node that has been heard of lately.</summary>
internal sealed class MeasuredUse
{
    private const string Prefix = "agent.cpu/";
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (DateTimeOffset At, Dictionary<string, double> Cores)> _nodes = new(StringComparer.Ordinal);

    public void Take(string node, TelemetryBatch batch, DateTimeOffset now)
    {
        if (batch.Ticks.Count == 0) return;
        var last = batch.Ticks[^1];
        var cores = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Names.Count; i++)
            if (batch.Names[i].StartsWith(Prefix, StringComparison.Ordinal) && float.IsFinite(last.Values[i])) cores[batch.Names[i][Prefix.Length..]] = last.Values[i];
        _nodes[node] = (now, cores);
    }

    /// <summary>Of all nodes; null where none measures it.</summary>
    public double? Of(string agent, DateTimeOffset now)
    {
        double? sum = null;
        foreach (var (at, cores) in _nodes.Values)
            if (now - at <= Lately && cores.TryGetValue(agent, out var used)) sum = (sum ?? 0) + used;
        return sum;
    }
}
