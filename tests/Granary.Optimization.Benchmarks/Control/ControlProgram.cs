using System.Diagnostics;
using Granary.Optimization.Control;

namespace Granary.Optimization.Benchmarks.Control;

/// <summary>Model predictive control beside reactive scaling on recorded load: cost, violations, waste. Half of the settings on each side, none chosen per series.</summary>
internal static class ControlProgram
{
    public static void Run(string[] args)
    {
        if (RecordedLoad.Folder() is not { } folder)
        {
            Console.WriteLine("no recorded load: set GRANARY_DATA to the folder that holds nab and llm");
            return;
        }
        var ten = TimeSpan.FromSeconds(10);
        // Five minutes ahead in steps of ten seconds, a minute until a unit is ready.
        Compare("llm/azure-conv, 10 s steps", RecordedLoad.Tokens(folder, "azure-conv.csv", ten), 30, 6, 1, 60);
        Compare("llm/azure-code, 10 s steps", RecordedLoad.Tokens(folder, "azure-code.csv", ten), 30, 6, 1, 60);
        // Recorded every five minutes: an hour ahead, five minutes until a unit is ready.
        foreach (var name in new[] { "elb_request_count_8c0756", "ec2_cpu_utilization_53ea38", "ec2_cpu_utilization_fe7f93" })
            Compare($"nab/{name}, 5 min steps", RecordedLoad.Nab(folder, $"realAWSCloudwatch/{name}.csv"), 12, 1, 288, 576);
    }

    private static void Compare(string name, double[] load, int horizon, int lead, int season, int skip)
    {
        var unit = load.Order().ElementAt(load.Length * 95 / 100) / 20;
        Console.WriteLine($"\n{name}: {load.Length} steps, {skip} not counted, horizon {horizon}, lead {lead}, a unit serves {unit:G3} (a twentieth of the 95th percentile)");
        var need = load.Skip(skip).Sum() / unit;
        var rows = new List<ReplayOutcome>();
        foreach (var target in new[] { 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1 })
        {
            var options = new ThresholdOptions { UnitCapacity = unit, Target = target, MaxUnits = 200, Stabilization = horizon };
            rows.Add(CapacityReplay.Run(new ThresholdController(options), load, unit, lead, 10, skip));
        }
        var reactive = rows.OrderBy(r => r.Cost).ToArray();
        var watch = Stopwatch.StartNew();
        foreach (var quantile in new[] { 0.8, 0.9, 0.95, 0.98 })
        {
            var options = new PredictiveOptions { UnitCapacity = unit, Horizon = horizon, Lead = lead, MaxUnits = 200, Quantile = quantile, MinHistory = Math.Max(30, season) };
            rows.Add(CapacityReplay.Run(new PredictiveController(options, SimpleForecast.Of(season)), load, unit, lead, 10, skip));
        }
        foreach (var row in rows)
        {
            var beside = row.Name.StartsWith("mpc", StringComparison.Ordinal) ? $" | a threshold with as few violations costs {Beside(reactive, row.Violations, r => r.Violations, row.Cost)}, with as little unserved {Beside(reactive, row.Unserved, r => r.Unserved, row.Cost)}" : "";
            Console.WriteLine($"  {row.Name,-15} cost {row.Cost / need:F2} of the load's own, violations {row.Violations,6:P1}, unserved {row.Unserved,6:P2}, waste {row.Waste,5:P0}, {row.Actions,4} actions{beside}");
        }
        Console.WriteLine($"  {watch.Elapsed.TotalMilliseconds / 4 / load.Length:F2} ms a planned step");
    }

    /// <summary>What thresholds cost beside this where they are as good, between those that were run; a sign where all of them are better or worse.</summary>
    private static string Beside(ReplayOutcome[] byCost, double wanted, Func<ReplayOutcome, double> badness, double cost)
    {
        for (var i = 0; i < byCost.Length; i++)
        {
            if (badness(byCost[i]) > wanted) continue;
            if (i == 0) return $"(up to x{byCost[0].Cost / cost:F2}, and is better)";
            var part = (badness(byCost[i - 1]) - wanted) / Math.Max(1e-12, badness(byCost[i - 1]) - badness(byCost[i]));
            return $"x{(byCost[i - 1].Cost + part * (byCost[i].Cost - byCost[i - 1].Cost)) / cost:F2}";
        }
        return $"(none; the best costs x{byCost[^1].Cost / cost:F2})";
    }
}
