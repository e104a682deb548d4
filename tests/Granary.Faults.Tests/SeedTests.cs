using System.Globalization;

namespace Granary.Faults.Tests;

/// <summary>Many runs, each with its own adversary.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    /// <summary>About a minute on two cores. GRANARY_FAULT_SEEDS says how many, for longer.</summary>
    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("GRANARY_FAULT_SEEDS"), CultureInfo.InvariantCulture, out var n) ? n : 2000;

    [Fact]
    public void Whatever_fails_nothing_acknowledged_is_lost_nothing_runs_twice_and_everything_ends() => Check(Seeds, shards: 1);

    /// <summary>The same with pools of three parts, which any fault may part from their front.</summary>
    [Fact]
    public void Nor_does_anything_of_it_happen_to_a_sharded_pool() => Check(Seeds / 4, shards: 3);

    private void Check(int seeds, int shards)
    {
        var results = new RunResult[seeds];
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(first => new Thread(() =>
        {
            for (var i = first; i < seeds; i += Environment.ProcessorCount) results[i] = World.Run(new RunOptions { Seed = i + 1, Shards = shards });
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        var sum = results.Select(r => r.Figures).ToArray();
        output.WriteLine($"{seeds} seeds, {sum.Sum(f => f.VirtualTime.TotalHours):F1} h of virtual time, {sum.Sum(f => f.Steps)} steps: {sum.Sum(f => f.Tasks)} tasks, "
            + $"{sum.Sum(f => f.Starts)} processes, {sum.Sum(f => f.ServerKills)} kills of the server, {sum.Sum(f => f.AgentKills)} of agents, "
            + $"{sum.Sum(f => f.Reboots)} power cuts, {sum.Sum(f => f.Cuts)} cut links, {sum.Sum(f => f.MessagesLost)} messages lost, "
            + $"{sum.Sum(f => f.Moves)} moves of tasks between parts, {sum.Sum(f => f.NodeMoves)} of nodes, {sum.Sum(f => f.MessagesRepeated)} repeated, {sum.Sum(f => f.FailedWrites)} failed writes, {sum.Sum(f => f.Fenced)} attempts overtaken on a machine given up");
        var bad = results.Where(r => !r.Ok).Select(r => $"seed {r.Seed}: {string.Join("; ", r.Violations.Take(3))}").ToArray();
        Assert.True(bad.Length == 0, $"{bad.Length} of {seeds} seeds failed; one again with its story: dotnet run -c Release --project tests/Granary.Faults -- SEED 1 --story{(shards > 1 ? " --shards" : "")}\n{string.Join('\n', bad.Take(10))}");

        if (shards > 1) Assert.True(sum.Sum(f => f.Moves) > seeds / 2);

        // runs in which nothing happens would prove nothing
        Assert.All(new Func<RunFigures, int>[]
        {
            f => f.Tasks, f => f.ServerKills, f => f.AgentKills, f => f.Reboots, f => f.Cuts, f => f.MessagesLost, f => f.MessagesRepeated, f => f.FailedWrites,
        }, figure => Assert.True(sum.Sum(figure) > seeds / 2));
    }
}
