using System.Globalization;
using Granary.Forecasting.Series;
using Granary.Forecasting.Tracks;

namespace Granary.Forecasting.Benchmarks;

/// <summary>
/// What the recurrent network adds to a node's forecasts of the next minutes: recorded series, a point a step, streamed through the track that a server has, with the network among the members and
/// without; both are fitted when they are due. CPU time of fits with their share of a core for a hundred nodes of four metrics.
/// </summary>
internal static class LstmNear
{
    private const int Tracks = 400;
    private static readonly int[] Leads = [1, 6, 30];

    public static int Run()
    {
        if (DataFolder.Find("nab") is not { } nab || DataFolder.Find("llm") is not { } llm) return 2;
        List<(string Name, double[] Values)> all =
        [
            .. Directory.GetFiles(nab, "*.csv", SearchOption.AllDirectories).Where(p => p.Contains("real", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(p => (Path.GetFileNameWithoutExtension(p), Nab(p))),
            .. Directory.GetFiles(llm, "*.csv").Order(StringComparer.Ordinal).Select(p => (Path.GetFileNameWithoutExtension(p), Requests(p))),
        ];
        var (ratios, naive) = (Leads.ToDictionary(l => l, _ => new List<double>()), Leads.ToDictionary(l => l, _ => new List<double>()));
        var (seconds, secondsWith, fits, fitsWith) = (0.0, 0.0, 0, 0);
        Console.WriteLine($"{"SERIES",-42} {"STEPS",6} {"WEIGHT",7}   mean absolute error with the network over that without, 10 s, 1 min and 5 min ahead; without it over that of the last value");
        foreach (var (name, values) in all)
        {
            var plain = Walk(values, network: false);
            var with = Walk(values, network: true);
            (seconds, fits) = (seconds + plain.Seconds, fits + plain.Fits);
            (secondsWith, fitsWith) = (secondsWith + with.Seconds, fitsWith + with.Fits);
            foreach (var lead in Leads)
            {
                ratios[lead].Add(with.Errors[lead] / plain.Errors[lead]);
                naive[lead].Add(plain.Errors[lead] / plain.Naive[lead]);
            }
            Console.WriteLine(FormattableString.Invariant($"{name,-42} {values.Length,6} {with.Weight,7:0.00}   {Row(ratios, last: true)}   {Row(naive, last: true)}"));
        }
        Console.WriteLine(FormattableString.Invariant($"{"geometric mean",-42} {"",6} {"",7}   {Row(ratios, last: false)}   {Row(naive, last: false)}"));
        double Share(double s, int n) => 100 * Tracks * s / n / (TrackOptions.Near.FitEvery * TrackOptions.Near.Step.TotalSeconds);
        Console.WriteLine(FormattableString.Invariant($"a fit: {seconds / fits:0.000} s without ({fits}), {secondsWith / fitsWith:0.000} s with ({fitsWith}); for {Tracks} tracks, as often as they are due without drifts: {Share(seconds, fits):0.00}% and {Share(secondsWith, fitsWith):0.00}% of a core"));
        return 0;
    }

    private static string Row(Dictionary<int, List<double>> of, bool last) =>
        string.Join("  ", Leads.Select(l => (last ? of[l][^1] : Math.Exp(of[l].Where(r => r > 0 && double.IsFinite(r)).Average(Math.Log))).ToString("0.000", CultureInfo.InvariantCulture)));

    private static (Dictionary<int, double> Errors, Dictionary<int, double> Naive, double Seconds, int Fits, double Weight) Walk(double[] series, bool network)
    {
        var track = new Track(TrackOptions.Near with { Network = network });
        var (errors, naive) = (Leads.ToDictionary(l => l, _ => new List<double>()), Leads.ToDictionary(l => l, _ => new List<double>()));
        var (at, seconds, fits) = (new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), 0.0, 0);
        for (var i = 0; i < series.Length; i++, at += track.Options.Step)
        {
            track.Observe(at, series[i]); // ends the step before
            if (track.FitDue)
            {
                var fit = track.BeginFit();
                var before = Environment.CpuUsage.TotalTime;
                fit.Run();
                (seconds, fits) = (seconds + (Environment.CpuUsage.TotalTime - before).TotalSeconds, fits + 1);
                track.Accept(fit);
            }
            if (track.Forecast(Leads[^1]) is not { Note: null } told) continue;
            foreach (var lead in Leads)
            {
                if (i + lead > series.Length) continue;
                errors[lead].Add(Math.Abs(told.Values[lead - 1] - series[i + lead - 1]));
                naive[lead].Add(Math.Abs(series[i - 1] - series[i + lead - 1]));
            }
        }
        var weight = network ? track.Forecast(1)!.Members.First(m => m.Name == "lstm").Weight : 0;
        return (errors.ToDictionary(e => e.Key, e => e.Value.Average()), naive.ToDictionary(e => e.Key, e => e.Value.Average()), seconds, fits, weight);
    }

    private static double[] Nab(string path)
    {
        using var text = new StreamReader(path);
        return SeriesCsv.Read(text, Path.GetFileName(path), options: new() { IntervalMicros = 300_000_000 }).Values;
    }

    /// <summary>Requests in each ten seconds.</summary>
    private static double[] Requests(string path)
    {
        var times = File.ReadLines(path).Skip(1).Select(l => DateTime.Parse(l[..l.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)).ToList();
        var (first, counts) = (times.Min(), new double[(int)((times.Max() - times.Min()).TotalSeconds / 10) + 1]);
        foreach (var time in times) counts[(int)((time - first).TotalSeconds / 10)]++;
        return counts[..^1];
    }
}
