using Granary.Abstractions;
using Granary.Grains.Tests.Support;

namespace Granary.Grains.Tests;

public sealed class CapacityGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private const double Gibi = 1 << 30;
    private static readonly DateTimeOffset Today = new(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero);
    private static readonly string[] Names = ["cpu", "memory.used", "memory.total", "filesystem.used//var"];

    [Fact]
    public async Task A_node_that_fills_up_has_a_date_with_an_interval_and_what_stands_still_has_none()
    {
        var telemetry = fixture.Grains.GetGrain<ITelemetryGrain>("c-1");
        // twenty days, a GiB more each, of 40; today it is 21
        await telemetry.Publish(new(Names, [.. Enumerable.Range(0, 20 * 144).Select(i => new TelemetryTick(Today.AddDays(-20).AddMinutes(10 * i),
            [0.3f + (0.01f * (i % 7)), (float)((1 + (i / 144.0) + (0.2 * Math.Sin(i))) * Gibi), (float)(40 * Gibi), 0.5f], [0, 0, 0, 0]))]));
        var forecast = await fixture.Grains.GetGrain<ICapacityGrain>("c-1").OfNode();
        Assert.Equal(("c-1", 3), (forecast.Name, forecast.Dates.Count));
        var memory = forecast.Dates.Single(d => d.Metric == "memory.used");
        Assert.Equal(("bytes", 40 * Gibi, 20, null), (memory.Unit, memory.Capacity, memory.Days, memory.Note));
        Assert.InRange(memory.GrowthPerDay!.Value / Gibi, 0.95, 1.05);
        Assert.InRange(memory.Use!.Value / Gibi, 20, 21.5);
        Assert.InRange((memory.Likely!.Value - Today).TotalDays, 16, 21);
        Assert.True(memory.Earliest <= memory.Likely && memory.Likely <= memory.AlmostSurely && memory.AlmostSurely <= memory.Foretold);
        foreach (var still in forecast.Dates.Where(d => d.Metric != "memory.used")) Assert.Equal((null, 0.0), (still.Likely, still.Probability!.Value));
    }

    [Fact]
    public async Task Too_little_and_bad_samples_are_said_and_not_drawn_out()
    {
        var telemetry = fixture.Grains.GetGrain<ITelemetryGrain>("c-2");
        await telemetry.Publish(new(Names, [.. Enumerable.Range(0, 2 * 144).Select(i => new TelemetryTick(Today.AddDays(-2).AddMinutes(10 * i),
            [i % 2 == 0 ? float.NaN : 0.25f, -1, float.NaN, float.PositiveInfinity], [0, 0, 0, 0]))]));
        var forecast = await fixture.Grains.GetGrain<ICapacityGrain>("c-2").OfNode();
        var cpu = forecast.Dates.Single(d => d.Metric == "cpu");
        Assert.Equal((2, "2 days of it are known; a trend needs 8", null), (cpu.Days, cpu.Note, cpu.Likely));
        Assert.Equal(0.25, cpu.Use!.Value, 6);
        Assert.DoesNotContain(forecast.Dates, d => d.Metric == "memory.used"); // of no known size
        var disk = forecast.Dates.SingleOrDefault(d => d.Metric.StartsWith("filesystem", StringComparison.Ordinal));
        Assert.True(disk is null or { Days: 0, Use: null, Note: "0 days of it are known; a trend needs 8" });
        Assert.Empty((await fixture.Grains.GetGrain<ICapacityGrain>("c-none").OfNode()).Dates);
    }

    [Fact]
    public async Task A_pool_tells_of_what_its_tasks_hold()
    {
        await fixture.PoolWithNodeAsync("filling", cpus: 4);
        var application = fixture.Grains.GetGrain<IApplicationGrain>("filling");
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var i = 0; i < 1_000 && (await application.Latest()).All(v => v.Metric != "used/cpu"); i++) await looks.WaitForNextTickAsync();
        var forecast = await fixture.Grains.GetGrain<ICapacityGrain>("filling").OfPool();
        Assert.Contains("used/cpu", forecast.Dates.Select(d => d.Metric));
        Assert.All(forecast.Dates, d => Assert.True(d is { Capacity: 1, Unit: "ratio", Days: < 8, Likely: null } && d.Note!.EndsWith("a trend needs 8", StringComparison.Ordinal), $"{d}"));
    }
}
