using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>Two steps of CPU, and a record of them.</summary>
internal sealed class FakePredictor(FakeCluster cluster) : IPredictorGrain
{
    public Task Wake() => throw new InvalidOperationException("REST does not call this");

    public Task<PredictedSeries> Forecast(PredictionQuery query)
    {
        cluster.Check();
        if (query.Metric != "cpu") throw GranaryException.NotFound($"'{query.Metric}' is not forecast; cpu is");
        return Task.FromResult(new PredictedSeries("cpu", "ratio", cluster.Now, query.Ahead / 2, [0.5, 0.25], [0.25, 0], [0.75, 0.5], [new("theta", 1)], "said so"));
    }

    public Task<IReadOnlyList<PredictionRecord>> Records() =>
        Task.FromResult<IReadOnlyList<PredictionRecord>>([new("cpu", TimeSpan.FromSeconds(10), 720, 1000, 0.01, 0.02, 0.91, 1)]);

    public Task<NodeAnomalies> Anomalies(AnomalyQuery query)
    {
        cluster.Check();
        if (query.Metric is not ("" or "cpu")) throw GranaryException.NotFound($"'{query.Metric}' is not watched; cpu is");
        if (query.Most is < 1 or > 200) throw GranaryException.Invalid($"{query.Most} anomalies cannot be listed; 1 to 200 can");
        return Task.FromResult(new NodeAnomalies("n1", TimeSpan.FromMinutes(1), [new("cpu", 500, 2)],
            [new("cpu", "ratio", DateTimeOffset.UnixEpoch.AddHours(1), TimeSpan.FromMinutes(1), 0.95, 0.2, 0.95, "jump", 0.9999, 0.0001, "95% after 20%")], "said so"));
    }
}
