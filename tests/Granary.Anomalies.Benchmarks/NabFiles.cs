using System.Globalization;
using System.Text.Json;
using Granary.Forecasting.Anomalies.Nab;

namespace Granary.Anomalies.Benchmarks;

/// <summary>The labelled series on this machine.</summary>
internal static class NabFiles
{
    public static List<(NabSeries Series, DateTime[] Times, double[] Values)> All()
    {
        var folder = DataFolder.Find("nab");
        using var windows = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "windows.json")));
        var all = new List<(NabSeries, DateTime[], double[])>();
        foreach (var entry in windows.RootElement.EnumerateObject())
        {
            var (times, values) = DataFolder.Series(Path.Combine(folder, entry.Name));
            var rows = entry.Value.EnumerateArray().Select(w => (First: Array.FindIndex(times, t => t >= Moment(w[0])), Last: Array.FindLastIndex(times, t => t <= Moment(w[1])))).ToList();
            all.Add((new(entry.Name, times.Length, rows), times, values));
        }
        return all;
    }

    private static DateTime Moment(JsonElement text) => DateTime.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
