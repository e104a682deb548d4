using System.Globalization;
using Granary.Abstractions;
using Granary.Forecasting.Anomalies;

namespace Granary.Grains.Prediction;

/// <summary>One thing of a node that is watched for unusual steps.</summary>
/// <param name="least">The smallest deviation that is worth a word, in <paramref name="unit"/>.</param>
internal sealed class AnomalyWatch(string name, string unit, double least, IReadOnlyList<string> series, PredictionOptions options)
{
    private const double Mebi = 1024 * 1024;
    private readonly SeriesSum _sum = new(series);
    private readonly AnomalyTrack _track = new(options.AnomalyStep, new() { Threshold = options.AnomalyThreshold, Least = least });

    public string Name => name;

    public IReadOnlyList<string> Series => series;

    public WatchedMetric Told => new(name, _track.Steps, _track.LeftOut);

    /// <summary>What is watched: what every node has, and the pressure of those whose kernel tells it.</summary>
    public static IReadOnlyList<AnomalyWatch> All(PredictionOptions options) =>
    [
        new("cpu", "ratio", 0.05, ["cpu"], options),
        new("memory", "bytes", 64 * Mebi, ["memory.used"], options),
        new("network", "bytes/s", Mebi, ["net.receive", "net.transmit"], options),
        new("storage", "bytes/s", Mebi, ["disk.read", "disk.write"], options),
        new("pressure.cpu", "ratio", 0.05, ["pressure.cpu.some"], options),
        new("pressure.memory", "ratio", 0.05, ["pressure.memory.some"], options),
        new("pressure.io", "ratio", 0.05, ["pressure.io.some"], options),
    ];

    public IEnumerable<NodeAnomaly> Observe(TelemetryBatch batch)
    {
        foreach (var (at, value) in _sum.Of(batch))
            if (Observe(at, value) is { } found) yield return found;
    }

    public NodeAnomaly? Observe(DateTimeOffset at, double value)
    {
        if (_track.Observe(at, value) is not { } found) return null;
        var result = found.Result;
        return new(name, unit, found.At, _track.Step, found.Value, result.Expected, result.Seen, result.View.ToString().ToLowerInvariant(), result.Score, result.Probability,
            result.Explain(Words, _track.Step == TimeSpan.FromMinutes(1) ? "minutes" : "steps"));
    }

    public void Recall(DateTimeOffset at, double value) => _track.Recall(at, value);

    private string Words(double value)
    {
        if (unit == "ratio") return string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.#}%");
        ReadOnlySpan<string> units = ["", "Ki", "Mi", "Gi", "Ti"];
        var order = 0;
        for (; Math.Abs(value) >= 1024 && order < units.Length - 1; order++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#}{units[order]}{(unit == "bytes/s" ? "B/s" : "B")}");
    }
}
