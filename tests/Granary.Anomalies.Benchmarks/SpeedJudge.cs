using System.Globalization;
using Granary.Forecasting.Anomalies;
using Granary.Forecasting.RunTimes;
using Granary.Forecasting.Trees;

namespace Granary.Anomalies.Benchmarks;

/// <summary>What a point of detection costs beside the windowed Gaussian, and what a run time's forecast and the trees cost.</summary>
internal static class SpeedJudge
{
    public static void Run()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 100_000).Select(n => 50 + (30 * Math.Sin(2 * Math.PI * n / 288)) + random.NextDouble()).ToArray();
        var detector = new AnomalyDetector();
        var (start, index) = (new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 0L);
        var point = Timing.Median(7, () =>
        {
            foreach (var value in values) detector.Observe(start.AddMinutes(5 * index++), value);
        }) / values.Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 10_000; n++) detector.Observe(start.AddMinutes(5 * index++), values[n]);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Line($"a point of detection {point * 1e6:0.00} us, {allocated} bytes allocated in 10,000");
        var few = values[..8000];
        Line($"a point of the windowed Gaussian, as its authors compute it, {Timing.Median(3, () => Baselines.WindowedGaussian(few)) / few.Length * 1e6:0.00} us");
        Worst(detector, start, index);

        var forecaster = new RunTimeForecaster();
        var run = Timing.Median(5, () =>
        {
            for (var n = 0; n < 20_000; n++) forecaster.Learn(Names[n % 50], Names[n * 7 % 20], values[n]);
        }) / 20_000;
        var ask = Timing.Median(5, () =>
        {
            for (var n = 0; n < 20_000; n++) forecaster.Predict(Names[n % 50], Names[n * 7 % 20]).Quantile(0.9);
        }) / 20_000;
        Line($"a run time learned {run * 1e6:0.00} us, a quantile asked {ask * 1e6:0.00} us");

        var trees = new GbtForecaster([288]);
        var fit = Timing.Median(3, () => trees.Fit(values.AsSpan(0, 4032)));
        var horizon = new double[12];
        var forecast = Timing.Median(5, () =>
        {
            for (var n = 0; n < 2000; n++) trees.Forecast(horizon);
        }) / 2000;
        Line($"trees on 4,032 points fitted in {fit * 1e3:0} ms, 12 steps ahead {forecast * 1e6:0.0} us");
    }

    private static readonly string[] Names = [.. Enumerable.Range(0, 50).Select(n => "n" + n.ToString(CultureInfo.InvariantCulture))];

    // spikes that are each larger than all before: every point is beyond the edge, and each asks for a new look at the tail in time
    private static void Worst(AnomalyDetector detector, DateTimeOffset start, long index)
    {
        var spike = Timing.Median(5, () =>
        {
            for (var n = 0; n < 20_000; n++) detector.Observe(start.AddMinutes(5 * index++), (n % 2 == 0 ? 1 : -1) * Math.Pow(1.001, n));
        }) / 20_000;
        Line($"a point of ever larger spikes {spike * 1e6:0.00} us");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
