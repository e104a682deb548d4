using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Profiling;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Granary.Grains.Profiling;

/// <summary>Reports of a node and of what runs there, made of its telemetry. Holds nothing.</summary>
public sealed class ReportGrain(IGrainFactory grains, IServiceProvider services, TimeProvider clock) : Grain, IReportGrain
{
    private const int MostTasks = 100;
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Back = TimeSpan.FromHours(3);

    public async Task<byte[]> Report(IReadOnlyList<string> tasks)
    {
        var name = this.GetPrimaryKeyString();
        if (tasks.Count > MostTasks) throw GranaryException.Invalid($"a report is of at most {MostTasks} tasks, not {tasks.Count}");
        var telemetry = grains.GetGrain<ITelemetryGrain>(name);
        var latest = await telemetry.Latest();
        if (latest.Count == 0) throw GranaryException.Unavailable($"nothing is known of node {name} yet: its agent has told no telemetry (Telemetry:Enabled, 'granary nodes')");
        var limits = services.GetService<BottleneckThresholds>() ?? new();
        var forecast = services.GetService<ISeriesForecast>() ?? new DampedTrend();
        var now = clock.GetUtcNow();
        var reports = new List<UseReportJson>();
        foreach (var view in tasks.Count == 0 ? [NodeTelemetryView.OfNode(name, latest, now)] : tasks.Select(t => NodeTelemetryView.OfTask(t, latest, now)))
        {
            var histories = new List<UseHistory>();
            foreach (var (metric, limit) in view.Predicted)
                if (await History(telemetry, metric, limit, now) is { } history) histories.Add(history);
            reports.Add(ReportWords.Of(UseReports.Of(view.Facts, view.Current, histories, limits, forecast)));
        }
        return UseReportJson.Encode(reports);
    }

    private static async Task<UseHistory?> History(ITelemetryGrain telemetry, string metric, double? limit, DateTimeOffset now)
    {
        try
        {
            var series = await telemetry.Query(new(metric, now - Back, now, Step));
            // the last point is not over
            return new(metric, TelemetryUnits.Of(metric), series.Step, [.. series.Mean.Take(Math.Max(0, series.Mean.Length - 1)).Select(v => (double)v)], limit);
        }
        catch (GranaryException e) when (e.Code == Model.ErrorCode.NotFound)
        {
            return null;
        }
    }
}
