using Granary.Abstractions;
using Granary.Model;
using Orleans;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Prediction;

/// <summary>Draws trends through stored use, on the thread pool, and keeps the answer for ten minutes.</summary>
public sealed class CapacityGrain(IGrainFactory grains, TimeProvider clock) : Grain, ICapacityGrain
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan History = TimeSpan.FromDays(30);
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, (DateTimeOffset At, CapacityForecast Forecast)> _known = new(StringComparer.Ordinal);

    public Task<CapacityForecast> OfNode() => KnownAsync("node", async () =>
    {
        var telemetry = grains.GetGrain<ITelemetryGrain>(this.GetPrimaryKeyString());
        var latest = await telemetry.Latest();
        var total = latest.FirstOrDefault(v => v.Metric == "memory.total")?.Value ?? 0;
        List<(string, string, double)> wanted = [("cpu", "ratio", 1), ("memory.used", "bytes", total)];
        wanted.AddRange(latest.Where(v => v.Metric.StartsWith("filesystem.used/", StringComparison.Ordinal)).Select(v => (v.Metric, "ratio", 1.0)));
        return await TrendsAsync(wanted, telemetry.Query);
    });

    public Task<CapacityForecast> OfPool() => KnownAsync("pool", async () =>
    {
        var application = grains.GetGrain<IApplicationGrain>(this.GetPrimaryKeyString());
        var wanted = (await application.Latest()).Where(v => v.Metric.StartsWith("used/", StringComparison.Ordinal)).Select(v => (v.Metric, "ratio", 1.0)).ToList();
        return await TrendsAsync(wanted, application.Query);
    });

    private async Task<CapacityForecast> KnownAsync(string what, Func<Task<IReadOnlyList<CapacityDates>>> ask)
    {
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(what, out var known) && now - known.At is var age && age < Kept && age >= TimeSpan.Zero) return known.Forecast;
        var forecast = new CapacityForecast(this.GetPrimaryKeyString(), await ask());
        if (forecast.Dates.Count > 0) _known[what] = (now, forecast);
        return forecast;
    }

    private async Task<IReadOnlyList<CapacityDates>> TrendsAsync(List<(string Metric, string Unit, double Capacity)> wanted, Func<TelemetryQuery, Task<TelemetrySeries>> query)
    {
        var now = clock.GetUtcNow();
        var dates = new List<CapacityDates>();
        foreach (var (metric, unit, capacity) in wanted)
        {
            if (!(capacity > 0) || !double.IsFinite(capacity)) continue; // nothing that could be full
            try
            {
                var series = await query(new(metric, now - History, now, Step));
                dates.Add(await Task.Run(() => CapacityTrends.Of(metric, unit, series, capacity)));
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
            {
                // it is not sampled there
            }
        }
        return dates;
    }
}
