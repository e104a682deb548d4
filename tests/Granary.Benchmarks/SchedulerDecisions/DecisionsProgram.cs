using System.Globalization;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary><c>decisions [--quick] [WORDS]</c>: what the scheduler decides in a second on one core, beside a scheduler that sorts everything; only rows that contain the words (<c>queue</c>: what a long queue costs; <c>scores</c>: what each score costs).</summary>
public static class DecisionsProgram
{
    public static int Run(string[] arguments)
    {
        var quick = arguments.Contains("--quick");
        var only = arguments.FirstOrDefault(a => !a.StartsWith('-'));
        var decisions = quick ? 40_000 : 400_000;
        (string Name, DecisionWorkload Workload, string Target)[] rows =
        [
            ("100 nodes, 100 agents, 1,000 queued", new DecisionWorkload(100, 100, 1_000), ""),
            ("1,000 nodes, 1,000 agents, 10,000 queued", new DecisionWorkload(1_000, 1_000, 10_000), ""),
            ("1,000 nodes, 1,000 agents, 100,000 queued", new DecisionWorkload(1_000, 1_000, 100_000), "> 100,000"),
            ("the same in 20 groups", new DecisionWorkload(1_000, 1_000, 100_000, Groups: 20), ""),
            ("the same, 4,096 different requests", new DecisionWorkload(1_000, 1_000, 100_000, Shapes: 4096), ""),
            ("1,000 nodes, 1,000 agents, 1,000,000 queued", new DecisionWorkload(1_000, 1_000, 1_000_000), ""),
            ("10,000 nodes, 1,000 agents, 100,000 queued", new DecisionWorkload(10_000, 1_000, 100_000), ""),
            ("10,000 nodes, 1,000 agents, 1,000,000 queued", new DecisionWorkload(10_000, 1_000, 1_000_000), "> 50,000"),
        ];
        Console.WriteLine("| scheduler decisions (virtual time, one core) | decisions per core-second | by the wall clock | median us | p99 us | p99.9 us | bytes/decision | target/s |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var naive = new NaiveScheduler(rows[0].Workload).Measure(TimeSpan.FromSeconds(quick ? 0.5 : 3));
        Print($"baseline, sorts everything: {rows[0].Name}", naive.ToString("N0", CultureInfo.InvariantCulture), "", "", "", "", "", "");
        foreach (var (name, workload, target) in rows)
        {
            if (quick && workload.Queued > 100_000) continue;
            if (only is not null && !name.Contains(only, StringComparison.OrdinalIgnoreCase)) continue;
            var run = new DecisionRun(workload);
            run.Measure(decisions / 10);
            GC.Collect();
            var f = run.Measure(decisions);
            Print(name, Text(f.PerCoreSecond, "N0"), Text(f.PerSecond, "N0"), Text(f.Median, "N1"), Text(f.P99, "N1"), Text(f.P999, "N1"), Text(f.BytesPerDecision, "N0"), target);
        }
        if (only is null || only == "scores") ScoreFigures.Print(decisions / 10);
        if (only is null || only == "queue") QueueFigures.Print(quick ? 100_000 : 1_000_000);
        return 0;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Print(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
