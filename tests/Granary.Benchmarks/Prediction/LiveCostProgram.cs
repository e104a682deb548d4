using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Benchmarks.Load;
using Granary.Model;

namespace Granary.Benchmarks.Prediction;

/// <summary>
/// What predictors and optimizers cost a live server: CPU time of its process with both and with neither, turn about, while nodes that this program plays send telemetry once a second and
/// eight agents hold and want cores. Two hours of history are sent first, so that fits are due from the start. <c>predictors [NODES] [SECONDS] [ROUNDS]</c>.
/// </summary>
internal static class LiveCostProgram
{
    private const double Bound = 5;
    private const int Agents = 8;

    public static async Task<int> RunAsync(string[] args)
    {
        var nodes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
        var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            without.Add(await MeasureAsync(nodes, seconds, enabled: false));
            with.Add(await MeasureAsync(nodes, seconds, enabled: true));
        }
        var (on, off) = (with.Order().ElementAt(rounds / 2), without.Order().ElementAt(rounds / 2));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"predictors and optimizers of {nodes} nodes: {on - off:0.0}% of a core (the server with them {on:0.0}%, without {off:0.0}%; medians of {rounds} rounds of {seconds} s); bound {Bound}%"));
        return on - off <= Bound ? 0 : 1;
    }

    private static async Task<double> MeasureAsync(int nodes, int seconds, bool enabled)
    {
        foreach (var section in (string[])["Prediction", "Optimization"]) Environment.SetEnvironmentVariable($"GRANARY__{section}__Enabled", enabled ? "true" : "false");
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        var played = Enumerable.Range(0, nodes).Select(i => new PlayedNode(client, i, Agents)).ToList();
        var now = DateTimeOffset.UtcNow;
        foreach (var node in played) await node.SendAsync(now.AddHours(-2), 720, TimeSpan.FromSeconds(10));
        foreach (var node in played) await node.JoinAsync();
        foreach (var agent in Enumerable.Range(0, Agents))
            await client.SubmitManyAsync([new SubmitItem(new TaskSpec { Agent = $"a{agent}", Name = "held", Command = ["sleep", "3600"], Resources = new ResourceSet { CpuMilli = 1000 } }, nodes)]);
        double before = 0;
        var clock = new Stopwatch();
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        // at first code is compiled and history read
        for (var n = 0; n < seconds + 30; n++)
        {
            if (n == 30) (before, clock) = (server.CpuSeconds, Stopwatch.StartNew());
            await Task.WhenAll(played.Select(p => p.SecondAsync()));
            await second.WaitForNextTickAsync();
        }
        var share = 100 * (server.CpuSeconds - before) / clock.Elapsed.TotalSeconds;
        var fitted = 0;
        if (enabled)
            foreach (var node in played)
                fitted += (await client.ForecastRecordsAsync(node.Name)).Count(r => r.Judged > 0);
        var plan = enabled ? await client.SharePlanAsync() : null;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {(enabled ? "with" : "without")}: {share:0.0}% of a core over {clock.Elapsed.TotalSeconds:0} s{(plan is null ? "" : $"; {fitted} of {nodes * 8} tracks fitted and judged, plan: {(plan.Stages.Count > 0 ? $"{plan.Stages.Sum(s => s.Milliseconds):0} ms" : plan.Reason)}")}"));
        return share;
    }
}
