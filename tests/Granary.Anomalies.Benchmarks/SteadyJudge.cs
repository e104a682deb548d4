using System.Globalization;
using Granary.Forecasting.Anomalies;

namespace Granary.Anomalies.Benchmarks;

/// <summary>
/// How often nodes where nothing is wrong are told of: made nodes over four weeks of driven time, a sample each ten seconds of the seven metrics that a server watches, through the track and the
/// smallest deviations that it has. Each kind of node does the same every week but for noise: whatever is told of in the second and third week is a false alarm. In the fourth week something goes
/// wrong once a day for a quarter of an hour; it is found when something is told of by its end.
/// </summary>
internal static class SteadyJudge
{
    private const double Mebi = 1024 * 1024;
    private const int Days = 28, Learning = 7, Well = 21, Fault = 90, PerDay = 8640, Nodes = 8;
    private static readonly double[] Thresholds = [4, 4.5, 5, 5.5, 6];

    /// <summary>As PredictorGrain watches them (AnomalyWatch).</summary>
    private static readonly (string Name, double Least)[] Metrics =
        [("cpu", 0.05), ("memory", 64 * Mebi), ("network", Mebi), ("storage", Mebi), ("pressure.cpu", 0.05), ("pressure.memory", 0.05), ("pressure.io", 0.05)];

    private static readonly (string Name, Kind Kind)[] Kinds =
    [
        ("quiet: a server that idles, with noise", new(Base: 0.03, Wave: 0, Noise: 0.01, Hourly: 0, Nightly: 0, Bursts: 0)),
        ("busy: all cores in use, with noise", new(Base: 0.85, Wave: 0, Noise: 0.05, Hourly: 0, Nightly: 0, Bursts: 0)),
        ("daily: load follows the day", new(Base: 0.4, Wave: 0.25, Noise: 0.05, Hourly: 0, Nightly: 0, Bursts: 0)),
        ("jobs: daily, a job of 3 minutes each hour, a backup of 40 minutes each night", new(Base: 0.3, Wave: 0.15, Noise: 0.04, Hourly: 0.3, Nightly: 0.4, Bursts: 0)),
        ("tasks: as jobs, with 200 tasks a day that come at random and use a part of the cores for minutes", new(Base: 0.2, Wave: 0.1, Noise: 0.03, Hourly: 0.3, Nightly: 0.4, Bursts: 200)),
    ];

    public static void Run()
    {
        Console.WriteLine($"{Nodes} nodes of each kind, {Days} days; alarms a node and week from day {Learning} to {Well}, and faults found after that, by threshold (-log10 of the probability)");
        Console.WriteLine($"{"",-100} {string.Join(" ", Thresholds.Select(t => $"{t.ToString(CultureInfo.InvariantCulture),7}"))}");
        var (all, allFound) = (new double[Thresholds.Length], new double[Thresholds.Length]);
        foreach (var (name, kind) in Kinds)
        {
            var (counts, found) = (new int[Thresholds.Length, Metrics.Length], new int[Thresholds.Length]);
            for (var seed = 0; seed < Nodes; seed++) Node(kind, seed, counts, found);
            var weeks = Nodes * (Well - Learning) / 7.0;
            var faults = Nodes * (double)(Days - Well);
            double Of(int threshold) => Enumerable.Range(0, Metrics.Length).Sum(m => counts[threshold, m]) / weeks;
            for (var t = 0; t < all.Length; t++) (all[t], allFound[t]) = (all[t] + (Of(t) / Kinds.Length), allFound[t] + (found[t] / faults / Kinds.Length));
            Console.WriteLine($"{name,-100} {string.Join(" ", Thresholds.Select((_, t) => Of(t).ToString("0.00", CultureInfo.InvariantCulture).PadLeft(7)))}");
            Console.WriteLine($"{"    faults found",-100} {Percent(found.Select(f => f / faults))}");
            Console.WriteLine($"    {string.Join(", ", Metrics.Select((m, i) => string.Create(CultureInfo.InvariantCulture, $"{m.Name} {counts[0, i] / weeks:0.00}")))} at {Thresholds[0]}");
        }
        Console.WriteLine($"{"mean: faults found",-100} {Percent(allFound)}");
        Console.WriteLine($"{"mean: alarms",-100} {string.Join(" ", all.Select(a => a.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(7)))}");
    }

    private static string Percent(IEnumerable<double> parts) => string.Join(" ", parts.Select(p => (100 * p).ToString("0", CultureInfo.InvariantCulture).PadLeft(6) + "%"));

    private static void Node(Kind kind, int seed, int[,] counts, int[] found)
    {
        var start = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var tracks = Thresholds.Select(t => Metrics.Select(m => new AnomalyTrack(TimeSpan.FromMinutes(1), new() { Threshold = t, Least = m.Least })).ToArray()).ToArray();
        var node = new MadeNode(kind, seed);
        var values = new double[Metrics.Length];
        var (random, begins, told) = (new Random(1000 + seed), Days * PerDay, new bool[Thresholds.Length]);
        for (var i = 0; i < Days * PerDay; i++)
        {
            node.Next(i, values);
            if (i >= Well * PerDay && i % PerDay == 0) begins = i + random.Next(PerDay - (2 * Fault));
            if (i == begins) Array.Clear(told);
            if (i >= begins && i < begins + Fault) Wrong(i / PerDay, values);
            for (var t = 0; t < tracks.Length; t++)
                for (var m = 0; m < values.Length; m++)
                {
                    if (tracks[t][m].Observe(start.AddSeconds(10.0 * i), values[m]) is null) continue;
                    if (i is >= Learning * PerDay and < Well * PerDay) counts[t, m]++;
                    if (i <= begins || i >= begins + Fault + 6 || told[t]) continue; // a step is judged when it has ended
                    told[t] = true;
                    found[t]++;
                }
        }
    }

    /// <summary>A process that runs away, one that leaks, a flood, a disk that is written full, a disk that does not answer: one a day, in turn.</summary>
    private static void Wrong(int day, double[] values)
    {
        switch (day % 5)
        {
            case 0: values[0] = Math.Min(1, values[0] + 0.4); break;
            case 1: values[1] += 4096 * Mebi; break;
            case 2: values[2] += 100 * Mebi; break;
            case 3: values[3] += 200 * Mebi; break;
            default: values[6] = 0.6; break;
        }
    }

    /// <param name="Base">Part of the cores in use.</param>
    /// <param name="Wave">How far the day moves that.</param>
    /// <param name="Noise">Standard deviation of noise with a memory of some minutes.</param>
    /// <param name="Hourly">Part of the cores that the job of each hour uses.</param>
    /// <param name="Nightly">Part of the cores that the backup uses.</param>
    /// <param name="Bursts">Tasks a day.</param>
    private sealed record Kind(double Base, double Wave, double Noise, double Hourly, double Nightly, int Bursts);

    private sealed class MadeNode(Kind kind, int seed)
    {
        private const double Memory = 0.95;
        private readonly Random _random = new(seed);
        private readonly List<(int Until, double Part)> _tasks = [];
        private readonly double[] _noise = new double[3];

        public void Next(int i, double[] values)
        {
            for (var n = 0; n < _noise.Length; n++) _noise[n] = (Memory * _noise[n]) + (Math.Sqrt(1 - (Memory * Memory)) * Normal());
            var second = 10 * (i % PerDay);
            var hourly = second % 3600 < 180 ? kind.Hourly : 0;
            var nightly = second is >= 2 * 3600 and < (2 * 3600) + 2400 ? kind.Nightly : 0;
            _tasks.RemoveAll(t => t.Until <= i);
            if (_random.NextDouble() * PerDay < kind.Bursts) _tasks.Add((i + 3 + (int)(-60 * Math.Log(1 - _random.NextDouble())), 0.02 + (0.1 * _random.NextDouble())));
            var work = Math.Max(0, kind.Base - (kind.Wave * Math.Cos(2 * Math.PI * second / 86_400)) + (kind.Noise * _noise[0])) + hourly + nightly + _tasks.Sum(t => t.Part);
            var cpu = Math.Min(1, work);
            values[0] = cpu;
            values[1] = (4096 + (4096 * cpu) + (40 * _noise[1])) * Mebi;
            // what goes over the wire comes in lumps: log-normal around what the work needs
            values[2] = 4 * Mebi * cpu * Math.Exp(0.5 * _noise[2]) * Math.Exp(0.3 * Normal());
            values[3] = ((2 * cpu) + (40 * nightly)) * Mebi * Math.Exp(0.5 * Normal());
            values[4] = Math.Clamp((work - 0.8) * 0.5, 0, 1);
            values[5] = 0;
            values[6] = Math.Clamp((0.2 * nightly) + (0.005 * Math.Abs(Normal())), 0, 1);
        }

        private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
    }
}
