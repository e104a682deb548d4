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
}
