using System.Globalization;
using Granary.Model;
using Granary.Simulation.Learning;

namespace Granary.Benchmarks.Learning;

/// <summary>
/// <c>learning [--svg FILE] [--seeds N]</c>: how often the strategy that learns takes the machine that is best in hindsight, beside one that does not
/// learn and one that knows the means, and its regret against the best fixed choice.
/// </summary>
internal static class LearningProgram
{
    private const int PerClass = 500;

    public static int Run(string[] arguments)
    {
        var seeds = int.Parse(After(arguments, "--seeds") ?? "10", CultureInfo.InvariantCulture);
        Console.WriteLine("| seed | ml_adaptive: best in hindsight, tasks 0-49 of a class | 50-199 | from 200 | who knows all means | fair (does not learn), from 200 | regret a task, ml_adaptive, s | from 200 | fair |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var (learnedCurves, blindCurves) = (new List<double[]>(), new List<double[]>());
        var columns = new List<double[]>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            var cluster = new MixedCluster(seed, perClass: PerClass);
            var learned = LearningExperiment.Run(cluster, PoolStrategy.MlAdaptive);
            var blind = LearningExperiment.Run(cluster, PoolStrategy.Fair);
            double[] row = [Best(learned, 0, 50), Best(learned, 50, 200), Best(learned, 200, int.MaxValue), KnowsMeans(cluster), Best(blind, 200, int.MaxValue),
                Regret(learned, 0), Regret(learned, 200), Regret(blind, 0)];
            columns.Add(row);
            Print(seed.ToString(CultureInfo.InvariantCulture), row);
            learnedCurves.Add(Curve(learned));
            blindCurves.Add(Curve(blind));
        }
        Print("mean", [.. Enumerable.Range(0, 8).Select(i => columns.Average(c => c[i]))]);
        if (After(arguments, "--svg") is { } file)
        {
            var plot = new SvgPlot($"Regret against the best fixed choice, mean of {seeds} clusters", "tasks ended", "regret, seconds in sum");
            plot.Add("fair: best fit, does not learn", Mean(blindCurves));
            plot.Add("ml_adaptive: predicted finish, learned", Mean(learnedCurves));
            File.WriteAllText(file, plot.Write());
            Console.WriteLine($"wrote {file}");
        }
        return 0;
    }

    private static double Best(IReadOnlyList<LearningStep> steps, int from, int to) => steps.Where(s => s.Before >= from && s.Before < to).Average(s => s.WasBest ? 1.0 : 0);

    private static double Regret(IReadOnlyList<LearningStep> steps, int from) => steps.Where(s => s.Before >= from).Average(s => s.Took - s.Fixed);

    /// <summary>How often the class of machines that is best in the mean is the best for the task at hand: what noise leaves to anybody.</summary>
    private static double KnowsMeans(MixedCluster cluster)
    {
        var nodes = Enumerable.Range(0, cluster.NodeClasses.Count).ToArray();
        return Enumerable.Range(0, cluster.Tasks.Length).Average(i =>
            cluster.Run(i, nodes.MinBy(n => cluster.MeanRun(cluster.Tasks[i].Class, n))) <= nodes.Min(n => cluster.Run(i, n)) * (1 + LearningExperiment.Tie) ? 1.0 : 0);
    }

    private static double[] Curve(IReadOnlyList<LearningStep> steps)
    {
        double sum = 0;
        return [0, .. steps.Select(s => sum += s.Took - s.Fixed)];
    }

    private static double[] Mean(List<double[]> curves) => [.. Enumerable.Range(0, curves.Min(c => c.Length)).Select(i => curves.Average(c => c[i]))];

    private static void Print(string name, double[] row) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {name} | {row[0]:P1} | {row[1]:P1} | {row[2]:P1} | {row[3]:P1} | {row[4]:P1} | {row[5]:0.00} | {row[6]:0.00} | {row[7]:0.00} |"));

    private static string? After(string[] arguments, string option) => Array.IndexOf(arguments, option) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
}
