using System.Globalization;
using Granary.Abstractions;
using Granary.Forecasting.Capacity;
using Granary.Forecasting.Series;

namespace Granary.Grains.Prediction;

/// <summary>Stored use as dates by which it meets capacity.</summary>
internal static class CapacityTrends
{
    private static readonly CapacityOptions Daily = new();

    public static CapacityDates Of(string metric, string unit, TelemetrySeries series, double capacity)
    {
        List<TimedValue> points = [];
        for (var i = 0; i < series.Count.Length; i++)
            if (series.Count[i] > 0 && float.IsFinite(series.Mean[i]) && series.Mean[i] >= 0)
                points.Add(new((series.Start + (i * series.Step) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, series.Mean[i]));
        var days = points.GroupBy(p => p.AtMicros / (Daily.Step.Ticks / TimeSpan.TicksPerMicrosecond)).OrderBy(d => d.Key).ToList();
        double? use = days.Count > 0 ? Peak([.. days[^1].Select(p => p.Value).Order()]) : null;
        if (days.Count < CapacityTrend.Fewest)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"{days.Count} {(days.Count == 1 ? "day" : "days")} of it {(days.Count == 1 ? "is" : "are")} known; a trend needs {CapacityTrend.Fewest}");
            return new(metric, unit, capacity, days.Count, use, null, null, null, null, null, null, null, null, words);
        }
        var outlook = CapacityTrend.Of(points, capacity, Daily);
        return new(metric, unit, capacity, outlook.Steps, use, outlook.GrowthPerStep, outlook.GrowthLower, outlook.GrowthUpper,
            outlook.Earliest, outlook.Likely, outlook.AlmostSurely, outlook.Probability, outlook.Foretold, null);
    }

    private static double Peak(double[] sorted) => sorted[Math.Max(0, (int)Math.Ceiling(Daily.Peak * sorted.Length) - 1)];
}
