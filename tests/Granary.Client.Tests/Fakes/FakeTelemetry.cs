using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>What one node did: three last values, and a metric of two points, the second of which is a gap.</summary>
public sealed class FakeTelemetry
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddHours(1);

    public Task<TelemetrySeries> Query(TelemetryQuery query) => query.Metric == "cpu"
        ? Task.FromResult(new TelemetrySeries("cpu", query.From!.Value, query.Step!.Value, TimeSpan.FromSeconds(1), ReadingSource.Measured,
            [0.1f, float.NaN], [0.25f, float.NaN], [0.5f, float.NaN], [10, 0]))
        : throw GranaryException.NotFound($"node n1 has no metric '{query.Metric}'; did you mean 'cpu'?");

    public Task<IReadOnlyList<TelemetryValue>> Latest() => Task.FromResult<IReadOnlyList<TelemetryValue>>(
    [
        new("cpu", Now.AddMinutes(-1), 0.125f, ReadingSource.Measured),
        new("memory.used", Now.AddMinutes(-1), 1.5f * 1024 * 1024, ReadingSource.Measured),
        new("task.cpu/default/17", Now.AddMinutes(-1), float.NaN, ReadingSource.Absent),
    ]);
}
