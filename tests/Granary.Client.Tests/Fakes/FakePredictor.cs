using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>Half of the CPU for as long as is asked, in steps of ten seconds; forecasts of it are twice as good as the naive one.</summary>
public sealed class FakePredictor
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddHours(1);

    public Task<PredictedSeries> Forecast(PredictionQuery query)
    {
        if (query.Metric != "cpu") throw GranaryException.NotFound($"'{query.Metric}' is not forecast; cpu is");
        var steps = (int)(query.Ahead.TotalSeconds / 10);
        return Task.FromResult(new PredictedSeries("cpu", "ratio", Start, TimeSpan.FromSeconds(10),
            [.. Enumerable.Repeat(0.5, steps)], [.. Enumerable.Repeat(0.25, steps)], [.. Enumerable.Repeat(0.75, steps)], [new("theta", 0.995), new("naive", 0.005)], null));
    }

    public Task<IReadOnlyList<PredictionRecord>> Records() => Task.FromResult<IReadOnlyList<PredictionRecord>>(
        [new("cpu", TimeSpan.FromSeconds(10), 720, 1000, 0.01, 0.02, 0.91, 1), new("memory", TimeSpan.FromMinutes(5), 3, 0, 0, 0, 0, 0)]);

    public Task<NodeAnomalies> Anomalies(AnomalyQuery query)
    {
        if (query.Metric is not ("" or "cpu")) throw GranaryException.NotFound($"'{query.Metric}' is not watched; cpu is");
        if (query.Most is < 1 or > 200) throw GranaryException.Invalid($"{query.Most} anomalies cannot be listed; 1 to 200 can");
        return Task.FromResult(new NodeAnomalies("n1", TimeSpan.FromMinutes(1), [new("cpu", 500, 2)],
            [new("cpu", "ratio", DateTimeOffset.UnixEpoch.AddHours(1), TimeSpan.FromMinutes(1), 0.95, 0.2, 0.95, "jump", 0.9999, 0.0001, "95% after 20%")], "said so"));
    }
}
