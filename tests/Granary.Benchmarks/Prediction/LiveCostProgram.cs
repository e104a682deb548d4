using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Benchmarks.Load;
using Granary.Model;

namespace Granary.Benchmarks.Prediction;

/// <summary>
/// What predictors and optimizers cost a live server: CPU time of its process with both and with neither, turn about, while nodes that this program plays send telemetry once a second and
/// eight agents hold and want cores. Two hours of history are sent first, so that fits are due from the start. <c>predictors [NODES] [SECONDS] [ROUNDS]</c>.
/// <c>optimizer [NODES] [SECONDS] [ROUNDS]</c> has optimizers alone, which sample each second and plan every ten, so that a plan has enough data within the run; the cost of one plan says what a plan a minute costs.
/// </summary>
internal static class LiveCostProgram
{
    private const double Bound = 5;
    private const int Agents = 8;

    /// <summary>From a cold start to the plans that count: enough samples for every stage of the path.</summary>
    private const int Learned = 60;

    private static readonly TimeSpan PlanEvery = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var (nodes, seconds, rounds) = Sizes(args);
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            without.Add((await MeasureAsync(nodes, seconds, Warm, predictors: false, optimizers: false)).Share);
            with.Add((await MeasureAsync(nodes, seconds, Warm, predictors: true, optimizers: true)).Share);
        }
        var (on, off) = (Median(with), Median(without));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"predictors and optimizers of {nodes} nodes: {on - off:0.0}% of a core (the server with them {on:0.0}%, without {off:0.0}%; medians of {rounds} rounds of {seconds} s); bound {Bound}%"));
        return on - off <= Bound ? 0 : 1;
    }

    public static async Task<int> OptimizerAsync(string[] args)
    {
        var (nodes, seconds, rounds) = Sizes(args);
        Environment.SetEnvironmentVariable("GRANARY__Optimization__SampleEvery", "00:00:01");
        Environment.SetEnvironmentVariable("GRANARY__Optimization__SamplesPerPlan", PlanEvery.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        var (with, without, planned) = (new List<double>(), new List<double>(), true);
        for (var round = 0; round < rounds; round++)
        {
            without.Add((await MeasureAsync(nodes, seconds, Learned, predictors: false, optimizers: false)).Share);
            var (share, plan) = await MeasureAsync(nodes, seconds, Learned, predictors: false, optimizers: true);
            with.Add(share);
            // confidence has too little until a trial in shadow is decided, after hundreds of plans; it has done its work all the same
            planned &= plan is { Stages.Count: > 0 } && plan.Stages.All(s => s.Status != "too_little" || s.Name == "confidence");
        }
        var (on, off) = (Median(with), Median(without));
        // samples come ten times as often here as by the defaults, too: an upper bound
        var once = (on - off) / 100 * PlanEvery.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"optimizers of {nodes} nodes: {on - off:0.0}% of a core with a plan each {PlanEvery.TotalSeconds:0} s (the server with them {on:0.0}%, without {off:0.0}%; medians of {rounds} rounds of {seconds} s), so {once:0.00} s of CPU for a plan and its ten samples, {100 * once / 60:0.00}% of a core with one a minute; {(planned ? "no stage that makes a plan had too little data" : "a stage had TOO LITTLE data")}"));
        return planned ? 0 : 1;
    }

    /// <summary>At first code is compiled and history read.</summary>
    private const int Warm = 30;

    private static (int Nodes, int Seconds, int Rounds) Sizes(string[] args)
    {
        int At(int place, int standard) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : standard;
        return (At(0, 100), At(1, 60), At(2, 1));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<(double Share, SharePlan? Plan)> MeasureAsync(int nodes, int seconds, int warm, bool predictors, bool optimizers)
    {
        Environment.SetEnvironmentVariable("GRANARY__Prediction__Enabled", predictors ? "true" : "false");
        Environment.SetEnvironmentVariable("GRANARY__Optimization__Enabled", optimizers ? "true" : "false");
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
        for (var n = 0; n < seconds + warm; n++)
        {
            if (n == warm) (before, clock) = (server.CpuSeconds, Stopwatch.StartNew());
            await Task.WhenAll(played.Select(p => p.SecondAsync()));
            await second.WaitForNextTickAsync();
        }
        var share = 100 * (server.CpuSeconds - before) / clock.Elapsed.TotalSeconds;
        var fitted = 0;
        if (predictors)
            foreach (var node in played)
                fitted += (await client.ForecastRecordsAsync(node.Name)).Count(r => r.Judged > 0);
        var plan = optimizers ? await client.SharePlanAsync() : null;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {(optimizers ? "with" : "without")}: {share:0.0}% of a core over {clock.Elapsed.TotalSeconds:0} s{(plan is null ? "" : $"{(predictors ? $"; {fitted} of {nodes * 8} tracks fitted and judged" : "")}; plan: {(plan.Stages.Count > 0 ? $"{plan.Stages.Sum(s => s.Milliseconds):0} ms, {string.Join(", ", plan.Stages.Select(s => $"{s.Name} {s.Status}"))}" : plan.Reason)}")}"));
        return (share, plan);
    }
}
