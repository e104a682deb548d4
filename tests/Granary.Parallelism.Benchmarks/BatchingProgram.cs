namespace Granary.Parallelism.Benchmarks;

/// <summary>The controller beside fixed sizes and waits, in virtual time: what it keeps of the goal, and how much work it saves.</summary>
internal static class BatchingProgram
{
    public static void Run()
    {
        Console.WriteLine("a batch takes 2 ms and 20 us an item, give or take a fifth, one in 200 three times as long; goal 20 ms at the 99th percentile; 60 s of virtual time");
        Console.WriteLine($"  {"items/s",10} {"",-28} {"p50 ms",8} {"p99 ms",10} {"items",7} {"busy",6}");
        var loads = new (string Name, double[] Rates)[]
        {
            ("100", [100]), ("2,000", [2_000]), ("20,000", [20_000]), ("leaps", [200, 10_000, 200, 20_000, 500, 5_000, 100, 15_000, 1_000, 10_000]),
        };
        foreach (var (name, rates) in loads)
        {
            foreach (var (what, rule) in new (string, (int, double)?)[]
                { ("controller", null), ("one by one", (1, 0)), ("whatever waits", (1000, 0)), ("100 or 10 ms", (100, 0.010)), ("1,000 or 15 ms", (1000, 0.015)) })
            {
                var outcome = new BatchingSimulation { Rates = rates }.Run(rule);
                Console.WriteLine(FormattableString.Invariant($"  {name,10} {what,-28} {outcome.Median * 1e3,8:0.0} {outcome.P99 * 1e3,10:0.0} {outcome.Size,7:0.0} {outcome.Busy,6:0.00}"));
            }
        }
    }
}
