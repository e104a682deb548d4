using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class TelemetryGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddMinutes(-5);

    private static TelemetryTick Tick(int second, params float[] values) =>
        new(new DateTimeOffset(Start.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero).AddSeconds(second), values,
            [.. values.Select(v => (byte)(float.IsNaN(v) ? ReadingSource.Absent : ReadingSource.Estimated))]);

    [Fact]
    public async Task What_an_agent_publishes_is_answered_over_time_and_as_the_last_values()
    {
        var grain = fixture.Grains.GetGrain<ITelemetryGrain>("t-1");
        await grain.Publish(new(["cpu", "load1"], [Tick(0, 0.25f, float.NaN), Tick(1, 0.75f, 3)]));
        await grain.Publish(new(["load1", "cpu"], [Tick(12, 5, 0.5f)]));

        var first = Tick(0).At;
        var series = await grain.Query(new("cpu", first, first.AddSeconds(19), TimeSpan.FromSeconds(10)));
        Assert.Equal((first, TimeSpan.FromSeconds(10), ReadingSource.Estimated), (series.Start, series.Step, series.Quality));
        Assert.Equal([0.25f, 0.5f], series.Min);
        Assert.Equal([0.5f, 0.5f], series.Mean);
        Assert.Equal([0.75f, 0.5f], series.Max);
        Assert.Equal([2, 1], series.Count);
        Assert.Equal([("cpu", 0.5f), ("load1", 5f)], (await grain.Latest()).Select(v => (v.Metric, v.Value)));
    }

    [Fact]
    public async Task What_is_not_there_or_not_sound_is_refused_with_what_would_help()
    {
        var grain = fixture.Grains.GetGrain<ITelemetryGrain>("t-2");
        await grain.Publish(new(["memory.used"], [Tick(0, 7)]));
        Assert.Contains("memory.used", (await Assert.ThrowsAsync<GranaryException>(() => grain.Query(new("memory.usde", null, null, null)))).Message, StringComparison.Ordinal);
        var crooked = await Assert.ThrowsAsync<GranaryException>(() => grain.Publish(new(["a", "b"], [Tick(0, 1)])));
        Assert.Equal(ErrorCode.Invalid, crooked.Code);
        var backwards = await Assert.ThrowsAsync<GranaryException>(() => grain.Query(new("memory.used", Start, Start.AddMinutes(-1), null)));
        Assert.Equal(ErrorCode.Invalid, backwards.Code);
    }
}
