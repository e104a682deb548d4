using System.Globalization;
using System.Text.Json;
using Granary.Forecasting.Anomalies;
using Granary.Forecasting.Anomalies.Nab;

namespace Granary.Forecasting.Tests.Anomalies;

/// <summary>The detector on the benchmark's own series, where they are: tests/Granary.Anomalies.Benchmarks has it beside others.</summary>
public sealed class NabDataTests
{
    [Fact]
    public void The_score_with_its_own_threshold_is_over_70()
    {
        var folder = Folder();
        Assert.SkipUnless(folder is not null, "the benchmark's series are not here: name the folder that holds 'nab' in GRANARY_DATA");
        using var windows = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!, "windows.json")));
        var results = windows.RootElement.EnumerateObject().Select(entry =>
        {
            var rows = File.ReadLines(Path.Combine(folder!, entry.Name)).Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).ToList();
            var times = rows.ConvertAll(r => Moment(r[0]));
            var detector = new AnomalyDetector();
            var scores = rows.Select((r, n) => detector.Observe(times[n], double.Parse(r[1], CultureInfo.InvariantCulture)).Score).ToArray();
            var spans = entry.Value.EnumerateArray().Select(w => (times.FindIndex(t => t >= Moment(w[0].GetString()!)), times.FindLastIndex(t => t <= Moment(w[1].GetString()!)))).ToList();
            return (new NabSeries(entry.Name, rows.Count, spans), scores);
        }).ToList();
        Assert.InRange(NabScore.At(1 - Math.Pow(10, -new AnomalyOptions().Threshold), results), 70, 100);
    }

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is { Length: > 0 } named) return Exists(Path.Combine(named, "nab"));
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Exists(Path.Combine(at.FullName, "shared", "data", "nab")) is { } found) return found;
        return null;
    }

    private static string? Exists(string folder) => File.Exists(Path.Combine(folder, "windows.json")) ? folder : null;

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
