using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Benchmarks.Load;
using Granary.Client;
using Granary.Model;

namespace Granary.Benchmarks.Shards;

/// <summary>
/// One pool with 1, 2 and 4 parts on one server, each on a fresh one, client and server on one machine: durable submissions into a pool whose nodes are full, then whole
/// lives of tasks of 1 ms on simulated nodes. Every pool is measured twice, forth and back, and the better of the two counts.
/// </summary>
internal static class ShardsProgram
{
    private const int Nodes = 8;
    private const int Batches = 500;
    private const int BatchSize = 100;
    private const int Callers = 16;
    private static readonly int[] Counts = [1, 2, 4];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            await Console.Error.WriteLineAsync($"shards takes no argument, not '{arguments[0]}'");
            return 2;
        }
        var best = Counts.ToDictionary(c => c, _ => (Submissions: 0.0, Lives: 0.0, Decisions: 0.0));
        foreach (var shards in Counts.Concat(Counts.Reverse()))
        {
            var submissions = await SubmitAsync(shards);
            var (lives, decisions) = await LiveAsync(shards);
            var known = best[shards];
            best[shards] = (Math.Max(known.Submissions, submissions), Math.Max(known.Lives, lives), Math.Max(known.Decisions, decisions));
        }
        Console.WriteLine($"{Environment.ProcessorCount} cores; {Nodes} simulated nodes; batches of {BatchSize} from {Callers} callers");
        Console.WriteLine($"| {"shards",6} | {"submissions/s",14} | {"ratio",6} | {"lives/s",10} | {"decisions/s",12} | {"ratio",6} |");
        Console.WriteLine("| -----: | -------------: | -----: | ---------: | -----------: | -----: |");
        foreach (var shards in Counts)
        {
            var (plain, here) = (best[1], best[shards]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {shards,6} | {here.Submissions,14:N0} | {here.Submissions / plain.Submissions,6:F2} | {here.Lives,10:N0} | {here.Decisions,12:N0} | {here.Decisions / plain.Decisions,6:F2} |"));
        }
        return 0;
    }

    /// <summary>Tasks that wait: each node holds one, and that one does not end.</summary>
    private static async Task<double> SubmitAsync(int shards)
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        await DeclareAsync(client, shards, cpuMilli: 1);
        var spec = Spec(TimeSpan.FromHours(1));
        await SubmitAsync(client, spec, 50);
        var clock = Stopwatch.StartNew();
        await SubmitAsync(client, spec, Batches);
        return Batches * BatchSize / clock.Elapsed.TotalSeconds;
    }

    private static async Task<(double Lives, double Decisions)> LiveAsync(int shards)
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        await DeclareAsync(client, shards, cpuMilli: 100);
        var spec = Spec(TimeSpan.FromMilliseconds(1));
        await SubmitAsync(client, spec, 20);
        await UntilAsync(async () => (await client.PoolAsync("hot")).Succeeded == 20 * BatchSize);
        var before = await client.PoolAsync("hot");
        var clock = Stopwatch.StartNew();
        await SubmitAsync(client, spec, Batches);
        PoolView after = before;
        await UntilAsync(async () => (after = await client.PoolAsync("hot")).Succeeded == (20 + Batches) * BatchSize);
        var seconds = clock.Elapsed.TotalSeconds;
        return (Batches * BatchSize / seconds, (after.Decisions - before.Decisions) / seconds);
    }

    private static TaskSpec Spec(TimeSpan duration) => new() { Agent = "load", Command = ["work"], Resources = new ResourceSet { CpuMilli = 1 }, Duration = duration };

    private static async Task DeclareAsync(GranaryClient client, int shards, int cpuMilli)
    {
        var pool = new PoolSpec { Name = "hot", Policy = new PoolPolicy { Shards = shards } };
        var nodes = Enumerable.Range(0, Nodes).Select(i => new NodeSpec { Name = $"n{i}", Pool = "hot", Simulated = true, Capacity = new ResourceSet { CpuMilli = cpuMilli, MemoryMiB = 1024 } });
        await client.Cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Apply(new ApplyRequest([pool], [], [.. nodes]));
        await UntilAsync(async () => (await client.PoolAsync("hot")).ReadyNodes == Nodes);
    }

    private static Task SubmitAsync(GranaryClient client, TaskSpec spec, int batches) => Parallel.ForAsync(
        0, batches, new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (b, ct) => await client.SubmitManyAsync([.. Enumerable.Range(0, BatchSize).Select(i => new SubmitItem(spec with { Name = $"t-{b}-{i}" }))], "hot", ct: ct));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(2)) throw new TimeoutException("the pool stands still");
            await look.WaitForNextTickAsync();
        }
    }
}
