using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Tests;

public sealed class PredictorGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private static readonly DateTimeOffset Now = new(DateTimeOffset.UtcNow.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    [Fact]
    public async Task A_node_is_forecast_from_what_is_stored_and_from_what_comes()
    {
        var telemetry = fixture.Grains.GetGrain<ITelemetryGrain>("p-1");
        for (var minute = -40; minute < -1; minute++) await telemetry.Publish(Minute(minute));
        var grain = fixture.Grains.GetGrain<IPredictorGrain>("p-1");
        var forecast = await UntilAsync(() => grain.Forecast(new("cpu", TimeSpan.FromMinutes(1))), f => f.Note is null);
        Assert.Equal(("cpu", "ratio", TimeSpan.FromSeconds(10), 6), (forecast.Metric, forecast.Unit, forecast.Step, forecast.Values.Length));
        for (var i = 0; i < 6; i++)
        {
            var at = (forecast.Start - Now).TotalSeconds + (10 * i) + 4.5;
            Assert.InRange(forecast.Values[i] - Load(at), -0.15, 0.15); // of a wave that goes 0.3 up and down; how much was known at the fit differs from run to run
            Assert.InRange(forecast.Values[i], forecast.Lower[i], forecast.Upper[i]);
        }
        Assert.InRange(forecast.Models.Sum(m => m.Weight), 0.999, 1.001);

        await telemetry.Publish(Minute(-1));
        var record = await UntilAsync(async () => (await grain.Records()).Single(r => r.Metric == "cpu" && r.Step == TimeSpan.FromSeconds(10)), r => r.Judged >= 5);
        Assert.True(record.Error < record.NaiveError, $"{record}");

        var network = await grain.Forecast(new("network", TimeSpan.FromSeconds(10)));
        Assert.Equal(30, Assert.Single(network.Values), 1); // both directions
        var day = await grain.Forecast(new("cpu", TimeSpan.FromHours(24)));
        Assert.Equal((288, TimeSpan.FromMinutes(5)), (day.Values.Length, day.Step));
        Assert.EndsWith(" of 48 steps of 5 min are known; until then the present average stands", day.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_forecast_is_refused_with_what_can()
    {
        var grain = fixture.Grains.GetGrain<IPredictorGrain>("p-2");
        var unknown = await Assert.ThrowsAsync<GranaryException>(() => grain.Forecast(new("gpu", TimeSpan.FromMinutes(1))));
        Assert.Equal((ErrorCode.NotFound, true), (unknown.Code, unknown.Message.Contains("cpu, memory, network, storage", StringComparison.Ordinal)));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => grain.Forecast(new("cpu", TimeSpan.FromMinutes(1))))).Code);
        foreach (var ahead in (TimeSpan[])[TimeSpan.Zero, -TimeSpan.FromMinutes(1), TimeSpan.FromHours(25)])
            Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => grain.Forecast(new("cpu", ahead)))).Code);
    }

    private static double Load(double second) => 0.5 + (0.3 * Math.Sin(second * 2 * Math.PI / 240));

    private static TelemetryBatch Minute(int minute) => new(
        ["cpu", "net.receive", "net.transmit"],
        [.. Enumerable.Range(60 * minute, 60).Select(s => new TelemetryTick(Now.AddSeconds(s), [(float)Load(s), 10, 20], [0, 0, 0]))]);

    private static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> done)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        object? last = null;
        for (var i = 0; ; i++)
        {
            try
            {
                if (await read() is var value && done(value)) return value;
                last = value;
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound && i < 1_000)
            {
                // its history is being read
            }
            Assert.True(i < 1_000, $"it did not come to that: {last}");
            await looks.WaitForNextTickAsync();
        }
    }

    [Fact]
    public async Task After_a_restart_forecasts_go_on_with_the_weights_of_before()
    {
        // the history is there before the predictor comes to life: what it fits, and when, then hangs on nothing but that history
        var predicted = false;
        await using var cluster = new KeptCluster(services => services.Configure<Prediction.PredictionOptions>(o => (o.FitShare, o.Enabled) = (1, predicted)));
        await cluster.StartAsync();
        var telemetry = cluster.Grains.GetGrain<ITelemetryGrain>("p-3");
        foreach (var hours in (int[])[-5, -4, -3, -2, -1])
            await telemetry.Publish(new(["cpu"], [.. Enumerable.Range(hours * 360, hours == -1 ? 330 : 360).Select(i => new TelemetryTick(Now.AddSeconds(10 * i), [(float)Load(10 * i)], [0]))]));
        predicted = true;
        await cluster.StartAsync();
        telemetry = cluster.Grains.GetGrain<ITelemetryGrain>("p-3");
        var grain = cluster.Grains.GetGrain<IPredictorGrain>("p-3");
        await UntilAsync(() => grain.Forecast(new("cpu", TimeSpan.FromHours(2))), f => f.Note is null);
        await UntilAsync(() => grain.Forecast(new("cpu", TimeSpan.FromMinutes(1))), f => f.Note is null);
        await telemetry.Publish(new(["cpu"], [.. Enumerable.Range(-30, 30).Select(i => new TelemetryTick(Now.AddSeconds(10 * i), [(float)Load(10 * i)], [0]))]));
        var record = await UntilAsync(async () => (await grain.Records()).Single(r => r.Metric == "cpu" && r.Step == TimeSpan.FromSeconds(10)), r => r.Judged > 0);
        Assert.Equal(30, record.Judged); // the whole batch was taken, in one turn, after the fit
        var (near, far) = (await grain.Forecast(new("cpu", TimeSpan.FromMinutes(1))), await grain.Forecast(new("cpu", TimeSpan.FromHours(2))));
        Assert.Contains(far.Models, m => m.Name == "lstm");

        await cluster.StartAsync();
        var again = cluster.Grains.GetGrain<IPredictorGrain>("p-3");
        foreach (var before in (PredictedSeries[])[near, far])
        {
            var after = await UntilAsync(() => again.Forecast(new("cpu", before.Values.Length * before.Step)), f => f.Note is null);
            // ETS may choose another form: what is stored is rounded
            Assert.Equal(before.Models.Select(m => (m.Name.Split('(')[0], Math.Round(m.Weight, 9))), after.Models.Select(m => (m.Name.Split('(')[0], Math.Round(m.Weight, 9))));
        }
        Assert.Equal(record, (await again.Records()).Single(r => r.Metric == "cpu" && r.Step == TimeSpan.FromSeconds(10)) with { Steps = record.Steps });
    }
}
