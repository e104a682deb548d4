using System.Diagnostics;
using Granary.Optimization.Nsga3;
using Granary.Optimization.Nsga3.Problems;

namespace Granary.Optimization.Benchmarks.Nsga3;

/// <summary>NSGA-III as the paper ran it: its populations, generations and measure; 20 seeds each. <c>nsga3 [SEEDS [PROBLEM [GENERATIONS]]]</c>, a problem such as 2-3 for DTLZ2 with three objectives.</summary>
internal static class Nsga3Program
{
    /// <summary>Generations, and best, median and worst IGD of NSGA-III in Deb and Jain (2014), table III.</summary>
    private static readonly (int Number, int Objectives, int Divisions, int Generations, double Best, double Median, double Worst)[] Paper =
    [
        (1, 3, 12, 400, 4.880e-4, 1.308e-3, 4.880e-3), (1, 5, 6, 600, 5.116e-4, 9.799e-4, 1.979e-3),
        (2, 3, 12, 250, 1.262e-3, 1.357e-3, 2.114e-3), (2, 5, 6, 350, 4.254e-3, 4.982e-3, 5.862e-3),
        (3, 3, 12, 1000, 9.751e-4, 4.007e-3, 6.665e-3), (3, 5, 6, 1000, 3.086e-3, 5.960e-3, 1.196e-2),
        (4, 3, 12, 600, 2.915e-4, 5.970e-4, 4.286e-1), (4, 5, 6, 1000, 9.849e-4, 1.255e-3, 1.721e-3),
    ];

    public static void Run(string[] args)
    {
        var seeds = args.Length > 0 ? int.Parse(args[0]) : 20;
        var generations = args.Length > 2 ? int.Parse(args[2]) : 0;
        Console.WriteLine($"seeds 1 to {seeds}; IGD: best, median, worst; the paper's best, median, worst; within: our median is not over the paper's worst");
        foreach (var p in Paper.Where(p => args.Length < 2 || args[1] == $"{p.Number}-{p.Objectives}").Select(p => (p.Number, p.Objectives, p.Divisions, Generations: generations > 0 ? generations : p.Generations, p.Best, p.Median, p.Worst)))
        {
            var points = ReferencePoints.DasDennis(p.Objectives, p.Divisions);
            var problem = new Dtlz(p.Number, p.Objectives);
            var targets = Enumerable.Range(0, points.Count).Select(i => problem.Target(points[i])).ToArray();
            var (found, watch, population) = (new List<double>(), Stopwatch.StartNew(), 0);
            for (var seed = 1; seed <= seeds; seed++)
            {
                var run = new Nsga3Run(problem, points, new Nsga3Options { Generations = p.Generations }, seed);
                population = run.Population;
                found.Add(InvertedGenerationalDistance.Of([.. run.Run().Solutions.Select(s => s.Objectives)], targets));
            }
            var each = watch.Elapsed.TotalMilliseconds / seeds;
            found.Sort();
            var median = seeds % 2 == 1 ? found[seeds / 2] : (found[seeds / 2 - 1] + found[seeds / 2]) / 2;
            Console.WriteLine($"DTLZ{p.Number} M={p.Objectives} N={population} gens={p.Generations,4}: {found[0]:E3} {median:E3} {found[^1]:E3} | {p.Best:E3} {p.Median:E3} {p.Worst:E3} | "
                + $"{(median <= p.Worst ? "within" : "NOT within")}, median x{median / p.Median:F2} | {each,6:F0} ms a run, {each * 1e6 / p.Generations / population:F0} ns an individual");
        }
        if (generations > 0) return;
        foreach (var objectives in new[] { 3, 5 }) Convergence(objectives);
    }

    /// <summary>Hypervolume beside (1.1, ..., 1.1) as generations go by, the whole front's own, and what one measure of it takes.</summary>
    private static void Convergence(int objectives)
    {
        var points = ReferencePoints.DasDennis(objectives, objectives == 3 ? 12 : 6);
        var run = new Nsga3Run(new Dtlz(2, objectives), points, new Nsga3Options { Generations = 350 }, 1);
        double[] worst = [.. Enumerable.Repeat(1.1, objectives)];
        var (values, watch) = (new List<string>(), new Stopwatch());
        for (var generation = 0; generation <= 350; generation++)
        {
            if (generation > 0) run.Step();
            if (generation % 50 != 0) continue;
            var front = run.Result().Solutions.Select(s => s.Objectives).ToArray();
            watch.Restart();
            values.Add($"{generation}: {Hypervolume.Of(front, worst):F4}");
            watch.Stop();
        }
        var targets = Enumerable.Range(0, points.Count).Select(i => new Dtlz(2, objectives).Target(points[i]));
        Console.WriteLine($"DTLZ2 M={objectives}, seed 1, hypervolume by generation: {string.Join("  ", values)}; of the {points.Count} targets {Hypervolume.Of(targets, worst):F4}; {watch.Elapsed.TotalMilliseconds:F1} ms to measure");
    }
}
