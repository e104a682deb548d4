using Granary.Abstractions;
using Granary.Monitoring;

namespace Granary.Grains.Monitoring;

/// <summary>What predictors found unusual about nodes: an alert, and news for those who watch.</summary>
public sealed partial class MonitorGrain
{
    private readonly Queue<AnomalyOfNode> _unusual = new();
    private TaskCompletionSource _unusualArrival = new();
    private long _unusualCount;

    /// <summary>One behind the last; a monitor that begins anew counts on from the time, which is over all that was counted before.</summary>
    private long UnusualEnd => _first + _unusualCount;

    public Task Unusual(string node, NodeAnomaly anomaly)
    {
        var now = clock.GetUtcNow();
        _book.Observe(RuleSubject.Node, node, "unusual/" + anomaly.Metric, -Math.Log10(Math.Max(anomaly.Probability, 1e-10)), now, $"{anomaly.Metric} {Line(anomaly.Why)}");
        TakeChanges(now);
        _unusual.Enqueue(new(node, anomaly));
        _unusualCount++;
        if (_unusual.Count > MostKept) _unusual.Dequeue();
        var arrival = _unusualArrival;
        _unusualArrival = new();
        arrival.TrySetResult();
        return Task.CompletedTask;
    }

    public async Task<AnomalyBatch> WatchAnomalies(long cursor, TimeSpan maxWait)
    {
        if (cursor <= 0) return new(UnusualEnd, false, []);
        if (cursor == UnusualEnd && maxWait > TimeSpan.Zero)
            await Waits.UntilAsync(Task.WhenAny(_unusualArrival.Task, stop.Stopping), maxWait < TimeSpan.FromSeconds(20) ? maxWait : TimeSpan.FromSeconds(20), clock);
        var oldest = UnusualEnd - _unusual.Count;
        // beyond the end: of a monitor on a server whose clock went ahead of this one's
        var known = cursor >= oldest && cursor <= UnusualEnd;
        return new(UnusualEnd, !known, [.. _unusual.Skip(known ? (int)(cursor - oldest) : 0)]);
    }
}
