using System.Globalization;
using Granary.Scheduling.Placement;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary>What a decision costs by each score, with 1,000 and with 10,000 nodes: it should cost no more than twice as much with ten times the nodes.</summary>
internal static class ScoreFigures
{
    public static void Print(int decisions)
    {
        Console.WriteLine();
        Console.WriteLine("| score | microseconds a decision, 1,000 nodes | 10,000 nodes | ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var score in PlacementParts.BuiltIn.Scores.Prepend(""))
        {
            var (small, large) = (Micros(1_000, score, decisions), Micros(10_000, score, decisions));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {(score.Length == 0 ? "best fit, by the index alone" : score)} | {small:0.0} | {large:0.0} | {large / small:0.00} |"));
        }
    }

    private static double Micros(int nodes, string score, int decisions)
    {
        var run = new DecisionRun(new DecisionWorkload(nodes, 1_000, 20_000, Score: score));
        run.Measure(decisions / 4);
        GC.Collect();
        return 1e6 / run.Measure(decisions).PerCoreSecond;
    }
}
