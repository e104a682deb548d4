using System.Diagnostics;
using Granary.Forecasting.Tracks;

namespace Granary.Forecasting.Benchmarks;

/// <summary>What the predictors of a hundred nodes cost: four metrics each, for the next five minutes and the next day. CPU time of this process, of which one core has one second a second.</summary>
internal static class TrackCost
{
    private const int Tracks = 400;
    private const int Sampled = 20;

    public static int Run()
    {
        Console.WriteLine($"{"TRACK",-22} {"FIT S",8} {"SAMPLE NS",10} {"STEP US",9} {"STEPS, OF A CORE",17} {"FITS, OF A CORE",16} {"KEPT, KIB",10}   medians of {Sampled} series; {Tracks} of them");
        double steps = 0, fits = 0, sample = 0;
        foreach (var (name, options) in ((string, TrackOptions)[])[("near: 10 s, 5 min", TrackOptions.Near), ("far: 5 min, a day", TrackOptions.Far)])
        {
            var (fit, each, step, kept) = Measure(options);
            var ofSteps = Tracks * step / options.Step.TotalSeconds;
            var ofFits = Tracks * fit / (options.FitEvery * options.Step.TotalSeconds);
            (steps, fits, sample) = (steps + ofSteps, fits + ofFits, sample + (Tracks * each));
            Console.WriteLine(FormattableString.Invariant($"{name,-22} {fit,8:0.000} {each * 1e9,10:0} {step * 1e6,9:0} {ofSteps * 100,16:0.00}% {ofFits * 100,15:0.00}% {kept / 1024.0,10:0.0}"));
        }
        Console.WriteLine(FormattableString.Invariant($"samples once a second {sample * 100:0.00}%, steps {steps * 100:0.00}%, fits {fits * 100:0.00}% of a core; together {(sample + steps + fits) * 100:0.00}%"));
        return 0;
    }

    private static (double Fit, double Sample, double Step, int Kept) Measure(TrackOptions options)
    {
        var (fits, samples, steps, kept) = (new List<double>(), new List<double>(), new List<double>(), 0);
        for (var series = 0; series < Sampled; series++)
        {
            var random = new Random(series);
            var track = new Track(options);
            var at = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
            var day = options.Step.TotalSeconds / 86_400;
            double noise = 0;
            double Next(int i) => Math.Clamp(0.4 + (0.2 * Math.Sin(2 * Math.PI * i * day)) + (noise = (0.9 * noise) + (0.05 * (random.NextDouble() - 0.5))), 0, 1);
            var n = 0;
            for (; n < options.Memory; n++) track.Observe(at + (n * options.Step), Next(n));
            var fit = track.BeginFit();
            fits.Add(Took(fit.Run));
            track.Accept(fit);
            const int Ends = 100;
            var whole = Took(() =>
            {
                for (var i = 0; i < Ends; i++, n++) track.Observe(at + (n * options.Step), Next(n));
            });
            steps.Add(whole / Ends);
            const int Within = 10_000;
            samples.Add(Took(() =>
            {
                for (var i = 0; i < Within; i++) track.Observe(at + ((n - 1) * options.Step), 0.5);
            }) / Within);
            kept = track.Keep()!.Write().Length;
        }
        return (Median(fits), Median(samples), Median(steps), kept);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Took(Action action)
    {
        var before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        action();
        // the clock of CPU time may be coarse: what is short is measured by the other
        return watch.Elapsed < TimeSpan.FromMilliseconds(20) ? watch.Elapsed.TotalSeconds : (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
