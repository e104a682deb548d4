using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Tests;

public sealed class NodeAnomalyTests
{
    private static readonly DateTimeOffset Now = new(DateTimeOffset.UtcNow.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
    private static readonly string[] Names = ["cpu", "memory.used", "pressure.cpu.some"];

    [Fact]
    public async Task What_is_unusual_is_found_told_to_the_monitor_and_kept_across_a_restart()
    {
        await using var cluster = new KeptCluster(services => services.Configure<Prediction.PredictionOptions>(o => o.FitShare = 1));
        await cluster.StartAsync();
        var telemetry = cluster.Grains.GetGrain<ITelemetryGrain>("a-1");
        await telemetry.Publish(Minutes(-300, 290));
        var grain = cluster.Grains.GetGrain<IPredictorGrain>("a-1");
        var before = await Until(() => grain.Anomalies(new()), a => Steps(a, "cpu") > 200);
        Assert.Equal((TimeSpan.FromMinutes(1), null), (before.Step, before.Note));
        Assert.Empty(before.Found); // what was stored is what is usual
        Assert.Equal(0, Steps(before, "network")); // this node does not tell it

        var monitor = cluster.Grains.GetGrain<IMonitorGrain>(IMonitorGrain.Key);
        var begin = await monitor.WatchAnomalies(0, TimeSpan.Zero);
        Assert.Equal((false, 0), (begin.Gap, begin.Anomalies.Count));
        await telemetry.Publish(Minutes(-10, 3, spike: -8));
        await telemetry.Publish(Minutes(-7, 2));
        var after = await Until(() => grain.Anomalies(new()), a => a.Found.Count > 0);
        var found = Assert.Single(after.Found, f => f.View is "jump" or "level");
        Assert.Equal(("cpu", "ratio", Now.AddMinutes(-8)), (found.Metric, found.Unit, found.At));
        Assert.InRange(found.Value, 0.94, 0.96);
        Assert.InRange(found.Expected, 0.15, 0.25);
        Assert.InRange(found.Score, 0.9999, 1);
        Assert.StartsWith("95% ", found.Why, StringComparison.Ordinal);
        Assert.Empty((await grain.Anomalies(new("memory"))).Found);
        Assert.DoesNotContain((await grain.Anomalies(new(Since: Now.AddMinutes(-7)))).Found, f => f.At < Now.AddMinutes(-7));
        var told = await Until(() => monitor.WatchAnomalies(begin.Cursor, TimeSpan.FromSeconds(5)), b => b.Anomalies.Count == after.Found.Count);
        Assert.Equal(("a-1", found, false), (told.Anomalies.Single(a => a.Anomaly.View == found.View && a.Anomaly.At == found.At).Node, told.Anomalies.Single(a => a.Anomaly.View == found.View && a.Anomaly.At == found.At).Anomaly, told.Gap));
        Assert.Empty((await monitor.WatchAnomalies(told.Cursor, TimeSpan.Zero)).Anomalies);
        var alert = Assert.Single(await Until(() => monitor.Alerts(ended: true), a => a.Count > 0), a => a.Rule == "node-unusual");
        Assert.Equal((AlertLevel.Info, "a-1", "unusual/cpu"), (alert.Level, alert.Labels["node"], alert.Labels["metric"]));
        Assert.StartsWith("node a-1: cpu 95% ", alert.Summary, StringComparison.Ordinal);

        for (var n = 0; n < 300; n++) await monitor.Unusual("a-9", found);
        var slow = await Until(() => monitor.WatchAnomalies(told.Cursor, TimeSpan.Zero), b => b.Cursor == told.Cursor + 300);
        Assert.Equal((true, 256), (slow.Gap, slow.Anomalies.Count)); // the last ones wait for a watcher, and it hears that some did not

        await cluster.StartAsync();
        var again = cluster.Grains.GetGrain<IPredictorGrain>("a-1");
        var kept = await Until(() => again.Anomalies(new()), a => Steps(a, "cpu") > 200);
        Assert.Equal(after.Found, kept.Found); // no fewer, and none told of twice
    }

    [Fact]
    public async Task Too_little_is_said_and_what_makes_no_sense_is_refused_or_left_out()
    {
        await using var cluster = new KeptCluster();
        await cluster.StartAsync();
        var grain = cluster.Grains.GetGrain<IPredictorGrain>("a-2");
        Assert.Equal("nothing has come yet", (await grain.Anomalies(new())).Note);
        var telemetry = cluster.Grains.GetGrain<ITelemetryGrain>("a-2");
        float[] bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        await telemetry.Publish(new(Names, [.. Enumerable.Range(0, 5 * 60).Select(s => new TelemetryTick(Now.AddMinutes(-60).AddSeconds(s), [s % 2 == 0 ? 0.2f : bad[s % 3], bad[s % 3], 0], [0, 0, 0]))]));
        var told = await Until(() => grain.Anomalies(new()), a => Steps(a, "cpu") > 0);
        Assert.Equal(0, Steps(told, "memory"));
        Assert.Contains("fewer than 30 steps are known: too little", told.Note!, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => grain.Anomalies(new("gpu")))).Code);
        foreach (var most in (int[])[0, -1, 201]) Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => grain.Anomalies(new(Most: most)))).Code);
    }

    private static long Steps(NodeAnomalies told, string metric) => told.Watched.Single(w => w.Metric == metric).Steps;

    /// <summary>A tick each ten seconds; the spike is a minute of full use.</summary>
    private static TelemetryBatch Minutes(int from, int count, int? spike = null) => new(Names,
        [.. Enumerable.Range(from * 6, count * 6).Select(i => new TelemetryTick(Now.AddSeconds(10 * i), [(int)Math.Floor(i / 6.0) == spike ? 0.95f : Usual(i), 4e9f + (1e6f * Usual(i)), 0], [0, 0, 0]))]);

    private static float Usual(int i) => (float)(0.2 + (0.03 * Math.Sin(i * 1.7) * Math.Cos(i * 0.31)));

    private static async Task<T> Until<T>(Func<Task<T>> read, Func<T, bool> done)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var i = 0; ; i++)
        {
            if (await read() is var value && done(value)) return value;
            Assert.True(i < 1_000, $"it did not come to that: {value}");
            await looks.WaitForNextTickAsync();
        }
    }
}
