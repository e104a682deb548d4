using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>One value, and a series of two points with a gap.</summary>
internal sealed class FakeTelemetry(FakeCluster cluster) : ITelemetryGrain
{
    public TelemetryQuery? Asked { get; private set; }

    public Task Publish(TelemetryBatch batch) => throw new InvalidOperationException("REST does not call this");

    public Task<TelemetrySeries> Query(TelemetryQuery query)
    {
        cluster.Check();
        Asked = query;
        if (query.Metric != "cpu") throw GranaryException.NotFound($"node n1 has no metric '{query.Metric}'; did you mean 'cpu'?");
        return Task.FromResult(new TelemetrySeries("cpu", cluster.Now, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), ReadingSource.Measured,
            [0.1f, float.NaN], [0.25f, float.NaN], [0.5f, float.NaN], [10, 0]));
    }

    public Task<IReadOnlyList<TelemetryValue>> Latest() => Task.FromResult<IReadOnlyList<TelemetryValue>>(
        [new("cpu", cluster.Now, 0.1f, ReadingSource.Measured), new("task.cpu/default/1", cluster.Now, float.NaN, ReadingSource.Absent)]);

    public Task<IReadOnlyList<TelemetryTotal>> Totals(IReadOnlyList<string> prefixes, DateTimeOffset from, DateTimeOffset to) =>
        throw new InvalidOperationException("REST does not call this");
}
