using Granary.Hardware;

namespace Granary.Execution.Telemetry;

/// <summary>A count that the agent keeps, as a metric of its node.</summary>
/// <param name="row">Where its place is.</param>
/// <param name="name">Of the metric.</param>
/// <param name="count">The count; it is asked at every tick.</param>
public sealed class CountSource(SampleRow row, string name, Func<int> count) : ITelemetrySource
{
    private readonly int _place = row.Add(name);

    public void Sample(SampleRow row, double seconds) => row.Set(_place, count());

    public void Dispose() => row.Remove(_place);
}
