using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tests.Neural;

public sealed class WorkloadPredictorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task It_trains_beside_the_samples_and_swaps_the_weights_in()
    {
        await using var predictor = new WorkloadPredictor(Options(), share: 1);
        var horizon = new double[60];
        Assert.False(predictor.TryForecast(horizon));
        Feed(predictor, 0, 250);
        await predictor.Idle.WaitAsync(TimeSpan.FromSeconds(50));
        Assert.Null(predictor.Failure);
        Assert.True(predictor.TryForecast(horizon));
        Assert.True(predictor.Trained);
        // half an hour after minute 249 the wave of an hour is elsewhere than now
        Assert.Equal(Load(249 + 30), horizon[29], 12.0);
        Assert.All(horizon, h => Assert.True(double.IsFinite(h)));
        var stored = predictor.Store()!;
        await using var restored = new WorkloadPredictor(Options());
        restored.Restore(stored);
        Assert.True(restored.Trained);
        Assert.Throws<InvalidDataException>(() => restored.Restore(stored.AsSpan(1)));
    }

    [Fact]
    public async Task Every_second_changes_the_forecast_of_every_minute()
    {
        var options = Options();
        await using var predictor = new WorkloadPredictor(options with { Network = options.Network with { Seasons = [] } }, share: 1);
        Feed(predictor, 0, 210);
        await predictor.Idle.WaitAsync(TimeSpan.FromSeconds(50));
        var (before, after) = (new double[1440], new double[1440]);
        Assert.True(predictor.TryForecast(before));
        predictor.Observe(Start.AddMinutes(209).AddSeconds(50), 90);
        Assert.True(predictor.TryForecast(after));
        Assert.All(after, (value, n) => Assert.NotEqual(before[n], value));
    }

    [Fact]
    public async Task Samples_out_of_place_are_left_out_and_counted()
    {
        await using var predictor = new WorkloadPredictor(Options());
        predictor.Observe(Start.AddMinutes(5), 10);
        predictor.Observe(Start.AddMinutes(4), 1000);
        predictor.Observe(Start.AddMinutes(5), double.NaN);
        predictor.Observe(Start.AddMinutes(5), double.NegativeInfinity);
        var horizon = new double[2];
        Assert.True(predictor.TryForecast(horizon));
        Assert.Equal([10, 10], horizon);
        Assert.Equal(3, predictor.LeftOut);
        // ten years of silence cost no more than a window
        predictor.Observe(Start.AddYears(10), 20);
        Assert.True(predictor.TryForecast(horizon));
    }

    [Fact]
    public async Task A_training_under_way_is_ended_with_its_owner_and_a_second_is_refused()
    {
        var trainer = new BackgroundTrainer(new LstmOptions { MaxEpochs = 100_000, Patience = 100_000 }) { Share = 1 };
        Assert.True(trainer.TryStart(Signals.Daily(5000, 1)));
        Assert.True(trainer.Busy);
        Assert.False(trainer.TryStart(Signals.Daily(100, 1)));
        await trainer.DisposeAsync();
        Assert.False(trainer.Busy);
        Assert.Null(trainer.Take());
        Assert.Throws<ObjectDisposedException>(() => trainer.TryStart(Signals.Daily(100, 1)));
    }

    private static WorkloadPredictorOptions Options() =>
        new() { TrainAfter = 200, TrainEvery = 1000, Window = 400, Network = new() { Hidden = 16, Horizon = 60, Seasons = [60], MaxEpochs = 10, Patience = 3 } };

    // a wave of an hour that wanders a little, as real load does: the last hour alone does not foretell it
    private static double Load(int minute) => 50 + (30 * Math.Sin(2 * Math.PI * minute / 60)) + (5 * Math.Sin(2 * Math.PI * minute / 47.3));

    private static void Feed(WorkloadPredictor predictor, int from, int to)
    {
        for (var minute = from; minute < to; minute++)
            for (var second = 0; second < 60; second += 20) predictor.Observe(Start.AddMinutes(minute).AddSeconds(second), Load(minute));
    }
}
