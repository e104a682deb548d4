using Granary.Abstractions;
using Granary.Forecasting.Anomalies;
using Granary.Model;

namespace Granary.Grains.Prediction;

/// <summary>What is unusual about the node: found as steps end, told to the monitor, and kept.</summary>
public sealed partial class PredictorGrain
{
    private static readonly TimeSpan Recalled = TimeSpan.FromDays(14);
    private static readonly TimeSpan Replayed = TimeSpan.FromHours(20);

    private IReadOnlyList<AnomalyWatch> _watches = [];
    private readonly List<NodeAnomaly> _news = [];
    private bool _unsaved;

    public Task<NodeAnomalies> Anomalies(AnomalyQuery query)
    {
        if (!options.Value.Enabled) throw GranaryException.NotFound("nothing is watched here: Prediction:Enabled is false");
        if (query.Metric.Length > 0 && _watches.All(w => w.Name != query.Metric))
            throw GranaryException.NotFound($"'{query.Metric}' is not watched; {string.Join(", ", _watches.Select(w => w.Name))} are");
        if (query.Most is < 1 or > PredictorState.MostAnomalies) throw GranaryException.Invalid($"{query.Most} anomalies cannot be listed; 1 to {PredictorState.MostAnomalies} can");
        var watched = _watches.Where(w => query.Metric.Length == 0 || w.Name == query.Metric).Select(w => w.Told).ToList();
        var found = state.State.Anomalies.Where(a => (query.Metric.Length == 0 || a.Metric == query.Metric) && (query.Since is not { } since || a.At >= since)).Reverse().Take(query.Most);
        return Task.FromResult(new NodeAnomalies(_name, options.Value.AnomalyStep, watched, [.. found], Note(watched)));
    }

    private void Watch(TelemetryBatch batch)
    {
        foreach (var watch in _watches)
            foreach (var found in watch.Observe(batch))
            {
                Keep(found);
                _news.Add(found);
            }
    }

    private async Task TellAsync()
    {
        NodeAnomaly[] news = [.. _news];
        _news.Clear();
        foreach (var found in news) await grains.GetGrain<IMonitorGrain>(IMonitorGrain.Key).Unusual(_name, found); // one way
    }

    private void Keep(NodeAnomaly found)
    {
        state.State.Anomalies.Add(found);
        if (state.State.Anomalies.Count > PredictorState.MostAnomalies) state.State.Anomalies.RemoveAt(0);
        _unsaved = true;
    }

    /// <summary>What was usual before: by the time of day from two weeks, step by step from the last day. What was unusual then was told of then.</summary>
    private async Task RememberUsualAsync(ITelemetryGrain telemetry)
    {
        var now = clock.GetUtcNow();
        foreach (var watch in _watches)
        {
            foreach (var (at, value) in await StoredAsync(telemetry, watch.Series, now - Recalled, now - Replayed, TimeSpan.FromMinutes(5))) watch.Recall(at, value);
            foreach (var (at, value) in await StoredAsync(telemetry, watch.Series, now - Replayed, now, Finest)) watch.Observe(at, value);
        }
    }

    // 10 s are what is stored of the last day
    private TimeSpan Finest => options.Value.AnomalyStep < TimeSpan.FromSeconds(10) ? options.Value.AnomalyStep : TimeSpan.FromSeconds(10);

    private static string? Note(IReadOnlyList<WatchedMetric> watched) =>
        watched.All(w => w.Steps == 0) ? "nothing has come yet"
        : watched.Where(w => w.Steps is > 0 and < AnomalyTrack.Fewest).ToList() is { Count: > 0 } young
            ? $"of {string.Join(", ", young.Select(w => w.Metric))} fewer than {AnomalyTrack.Fewest} steps are known: too little to tell what is unusual"
            : null;
}
