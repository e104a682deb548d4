using System.Numerics.Tensors;
using Granary.Abstractions;
using Granary.Forecasting.Tracks;

namespace Granary.Grains.Prediction;

/// <summary>One thing that is forecast of a node: the sum of one or more of its series, for the next minutes and for the next day.</summary>
internal sealed class NodeMetric(string name, string unit, IReadOnlyList<string> series, PredictionOptions options)
{
    private readonly SeriesSum _sum = new(series);

    public string Name => name;

    /// <summary>Of telemetry, to be added up.</summary>
    public IReadOnlyList<string> Series => series;

    public Track Near { get; } = new(options.Near);

    public Track Far { get; } = new(options.Far);

    public IReadOnlyList<Track> Tracks => [Near, Far];

    /// <summary>Those that every node has.</summary>
    public static IReadOnlyList<NodeMetric> All(PredictionOptions options) =>
    [
        new("cpu", "ratio", ["cpu"], options),
        new("memory", "bytes", ["memory.used"], options),
        new("network", "bytes/s", ["net.receive", "net.transmit"], options),
        new("storage", "bytes/s", ["disk.read", "disk.write"], options),
    ];

    public void Observe(TelemetryBatch batch)
    {
        foreach (var (at, value) in _sum.Of(batch)) Observe(at, value);
    }

    public void Observe(DateTimeOffset at, double value)
    {
        Near.Observe(at, value);
        Far.Observe(at, value);
    }

    /// <summary>Null before anything has come.</summary>
    public PredictedSeries? Forecast(TimeSpan ahead)
    {
        var track = ahead <= Near.Options.Step * Near.Options.Horizon ? Near : Far;
        if (track.Forecast((int)Math.Ceiling(ahead / track.Options.Step)) is not { } f) return null;
        if (unit == "ratio") foreach (var values in (double[][])[f.Values, f.Lower, f.Upper]) TensorPrimitives.Clamp(values, 0, 1, values); // a model does not know that there is no more than all
        return new(name, unit, f.Start, track.Options.Step, f.Values, f.Lower, f.Upper, [.. f.Members.Select(m => new PredictionModel(m.Name, m.Weight))], f.Note);
    }

    public IEnumerable<PredictionRecord> Records() => Tracks.Select(t => new PredictionRecord(
        name, t.Options.Step, t.Count, t.Record.Judged, t.Record.MeanAbsoluteError, t.Record.NaiveError, t.Record.Covered, t.Drifts));
}
