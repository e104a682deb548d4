using Granary.Abstractions;
using Granary.Model;
using Granary.Monitoring;

namespace Granary.Grains.Monitoring;

/// <summary>Where the monitor has its values from: the stream of each node, and every 5 s nodes and pools themselves.</summary>
public sealed partial class MonitorGrain
{
    private const int AtOnce = 64;

    private async Task LookAsync()
    {
        try
        {
            var directory = grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
            await LookAtNodesAsync(await directory.Nodes());
            await LookAtPoolsAsync(await directory.Pools());
            _complained = "";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Complain($"not everything could be looked at: {e.Message}");
        }
    }

    private async Task LookAtNodesAsync(IReadOnlyList<string> names)
    {
        await _streams.FollowAsync(names);
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in names.Chunk(AtOnce))
        {
            var views = await Task.WhenAll(chunk.Select(n => grains.GetGrain<INodeGrain>(n).Describe()));
            foreach (var view in views)
            {
                // one that was only declared, or that left in good order, has nothing to say
                if (view.State is NodeState.Declared or NodeState.Down) continue;
                there.Add(view.Spec.Name);
                if (view.LastSeen is { } seen) _book.Heard(RuleSubject.Node, view.Spec.Name, seen);
            }
        }
        _book.Exists(RuleSubject.Node, there, clock.GetUtcNow());
    }

    private async Task LookAtPoolsAsync(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var values = await grains.GetGrain<IApplicationGrain>(name).Latest();
            var now = clock.GetUtcNow();
            double Of(string metric) => values.FirstOrDefault(v => v.Metric == metric)?.Value ?? 0;
            if (values.Count == 0 || now - values[0].At > TimeSpan.FromSeconds(30)) continue;
            foreach (var value in values) _book.Observe(RuleSubject.Pool, name, value.Metric, value.Value, now);
            var used = values.Where(v => v.Metric.StartsWith("used/", StringComparison.Ordinal)).Select(v => (double)v.Value).DefaultIfEmpty(0).Max();
            var demand = new PoolDemand(name, (int)Of("nodes.ready"), (int)Of($"waiting/{WaitReason.Capacity}"), (int)(Of("placed") + Of("running")), used);
            if (_advisor.Observe(demand, now) is { } advice && _queue.Add(advice, now) is { } notification) Tell(notification);
        }
        _book.Exists(RuleSubject.Pool, names.ToHashSet(StringComparer.Ordinal), clock.GetUtcNow());
    }

    private void Take(string node, TelemetryBatch batch)
    {
        if (batch.Ticks.Count == 0) return;
        var now = clock.GetUtcNow();
        var last = batch.Ticks[^1].At;
        var (used, total) = (-1, -1);
        for (var i = 0; i < batch.Names.Count; i++)
        {
            var name = batch.Names[i];
            if (name == "memory.used") used = i;
            else if (name == "memory.total") total = i;
            if (name.StartsWith("task.", StringComparison.Ordinal) || _parts.Rules.For(RuleSubject.Node, name).IsEmpty) continue;
            // by this server's clock: a node's may be set to anything
            foreach (var tick in batch.Ticks) _book.Observe(RuleSubject.Node, node, name, tick.Values[i], now - (last - tick.At));
        }
        if (used >= 0 && total >= 0)
            foreach (var tick in batch.Ticks)
                if (tick.Values[total] > 0) _book.Observe(RuleSubject.Node, node, "memory.used_ratio", tick.Values[used] / tick.Values[total], now - (last - tick.At));
        TakeChanges(now);
    }
}
