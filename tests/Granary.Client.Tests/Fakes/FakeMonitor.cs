using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>Finds two things as soon as somebody watches, and then refuses, so that watches end.</summary>
public sealed class FakeMonitor
{
    private static readonly NodeAnomaly Busy = new("cpu", "ratio", DateTimeOffset.UnixEpoch.AddHours(1), TimeSpan.FromMinutes(1), 0.95, 0.2, 0.95, "jump", 0.9999, 0.0001, "95% after 20%");

    public Task<AnomalyBatch> WatchAnomalies(long cursor, TimeSpan maxWait) => cursor switch
    {
        0 => Task.FromResult(new AnomalyBatch(7, false, [])),
        7 => Task.FromResult(new AnomalyBatch(9, false, [new("n1", Busy), new("n2", Busy with { Metric = "memory" })])),
        _ => throw GranaryException.Invalid("that was all"),
    };
}
