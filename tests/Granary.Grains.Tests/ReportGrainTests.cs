using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class ReportGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    [Fact]
    public async Task A_node_that_told_nothing_has_no_report()
    {
        var error = await Assert.ThrowsAsync<GranaryException>(() => fixture.Grains.GetGrain<IReportGrain>("r-0").Report([]));
        Assert.Equal(ErrorCode.Unavailable, error.Code);
    }

    [Fact]
    public async Task Use_bottlenecks_and_predictions_come_from_telemetry()
    {
        await Publish("r-1", ("cpu", _ => 0.99f), ("cores", _ => 4), ("memory.used", m => 50e9f + m * 1e8f), ("memory.total", _ => 64e9f), ("memory.available", _ => 14e9f));
        var report = Assert.Single(UseReportJson.Decode(await fixture.Grains.GetGrain<IReportGrain>("r-1").Report([])));
        Assert.Equal("node r-1", report.Of);
        Assert.Contains(report.CurrentUse, u => u is { Metric: "cpu", Unit: "ratio", Quality: "measured" });
        var cpu = Assert.Single(report.Bottlenecks, b => b.Kind == "cpu");
        Assert.Equal("critical", cpu.Severity);
        Assert.Contains(cpu.Evidence, e => e.Name == "cpu" && e.Limit == 0.9);
        var memory = Assert.Single(report.Predictions, p => p.Metric == "memory.used");
        Assert.Equal(1800, memory.AheadS);
        Assert.InRange(memory.Value, 57e9, 62e9);
        Assert.NotEmpty(report.Suggestions);
    }

    [Fact]
    public async Task A_task_s_report_is_its_own_and_names_who_takes_the_cpus()
    {
        await Publish("r-2", ("cores", _ => 4), ("pressure.cpu.some", _ => 0.6f), ("task.cpu/p/1", _ => 0.5f), ("task.memory/p/1", _ => 1e9f), ("task.cpu/p/2", _ => 3.4f));
        var report = Assert.Single(UseReportJson.Decode(await fixture.Grains.GetGrain<IReportGrain>("r-2").Report(["p/1"])));
        Assert.Equal("task p/1", report.Of);
        Assert.Equal(["task.cpu/p/1", "task.memory/p/1"], report.CurrentUse.Select(u => u.Metric));
        Assert.Contains("task p/2", Assert.Single(report.Bottlenecks, b => b.Kind == "noisy_neighbour").What, StringComparison.Ordinal);
    }

    // a value each minute of the last hour
    private async Task Publish(string node, params (string Metric, Func<int, float> At)[] metrics)
    {
        var now = DateTimeOffset.UtcNow;
        var ticks = Enumerable.Range(0, 61).Select(m => new TelemetryTick(now.AddMinutes(m - 60), [.. metrics.Select(x => x.At(m))], [.. metrics.Select(_ => (byte)ReadingSource.Measured)]));
        await fixture.Grains.GetGrain<ITelemetryGrain>(node).Publish(new([.. metrics.Select(x => x.Metric)], [.. ticks]));
    }
}
