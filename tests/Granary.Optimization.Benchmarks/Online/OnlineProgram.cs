using System.Diagnostics;
using Granary.Optimization.Online;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Benchmarks.Online;

/// <summary>Online convex optimization of shares: regret beside its bound and beside shares that never change, settling after a step, time of a step.</summary>
internal static class OnlineProgram
{
    public static void Run(string[] args)
    {
        foreach (var method in Enum.GetValues<OnlineMethod>())
        {
            Regret(method);
            foreach (var agents in new[] { 4, 131, 1000 }) Settle(method, agents);
        }
    }

    /// <summary>Ten agents whose demand is random about means that stay, 20 seeds.</summary>
    private static void Regret(OnlineMethod method)
    {
        foreach (var rounds in new[] { 100, 1000, 10_000 })
        {
            var (regrets, bound, equal) = (new List<double>(), 0.0, new List<double>());
            for (var seed = 1; seed <= 20; seed++)
            {
                var random = new RandomStream(seed);
                var set = new ShareSet(Enumerable.Repeat(0.005, 10).ToArray(), Enumerable.Repeat(1.0, 10).ToArray(), 1);
                var loss = new DemandLoss(Enumerable.Repeat(1.0, 10).ToArray(), 1);
                var reach = method == OnlineMethod.ProjectedGradient ? 1.0 : 0.5;
                IOnlineOptimizer optimizer = method == OnlineMethod.ProjectedGradient
                    ? new ProjectedGradient(set, new StepRule.Shrinking(reach)) : new MirrorDescent(set, new StepRule.Shrinking(reach));
                var means = Enumerable.Range(0, 10).Select(_ => 0.3 * random.Uniform() * random.Uniform()).ToArray();
                var demands = Enumerable.Range(0, rounds).Select(_ => means.Select(m => 2 * m * random.Uniform()).ToArray()).ToArray();
                var (played, still, largest, gradient) = (0.0, 0.0, 0.0, new double[10]);
                var fair = Enumerable.Repeat(0.1, 10).ToArray();
                foreach (var demand in demands)
                {
                    played += loss.Value(optimizer.Point, demand);
                    still += loss.Value(fair, demand);
                    loss.Gradient(optimizer.Point, demand, gradient);
                    largest = Math.Max(largest, method == OnlineMethod.ProjectedGradient ? Math.Sqrt(gradient.Sum(g => g * g)) : gradient.Max(Math.Abs));
                    optimizer.Observe(gradient);
                }
                var best = BestFixed(set, loss, demands);
                regrets.Add(played - best);
                equal.Add(still - best);
                bound = Math.Max(bound, optimizer.RegretBound(rounds, largest));
            }
            regrets.Sort();
            equal.Sort();
            Console.WriteLine($"{method}: regret after {rounds,5} rounds, median and most of 20 seeds: {regrets[10]:F3} {regrets[^1]:F3}; bound {bound:F1}; equal shares for ever: {equal[10]:F3}");
        }
    }

    private static void Settle(OnlineMethod method, int agents)
    {
        var set = new ShareSet(Enumerable.Repeat(0.01 / agents, agents).ToArray(), Enumerable.Repeat(1.0, agents).ToArray(), 1);
        var controller = new ShareController(set, Enumerable.Range(0, agents).Select(i => 1.0 + i % 3).ToArray(), method);
        var demand = Enumerable.Repeat(0.8 / agents, agents).ToArray();
        for (var t = 0; t < 1000; t++) controller.Observe(demand);
        var start = controller.Shares.ToArray();
        demand[0] = 0.55;
        var path = new List<double[]>();
        var watch = Stopwatch.StartNew();
        for (var t = 0; t < 3000; t++)
        {
            controller.Observe(demand);
            path.Add(controller.Shares.ToArray());
        }
        var micro = watch.Elapsed.TotalMicroseconds / 3000;
        var jump = Distance(start, path[^1]);
        var settled = path.FindLastIndex(p => Distance(p, path[^1]) > 0.05 * jump) + 2;
        var beyond = Enumerable.Range(0, agents).Max(i => path.Max(p => Math.Sign(path[^1][i] - start[i]) * (p[i] - path[^1][i]))) / jump;
        Console.WriteLine($"{method}: {agents,4} agents, one's load jumps to 0.55 of the total: within 5% of the change after {settled * 0.1:F1} s, overshoot {beyond:P2}, {micro:F1} us a step");
    }

    private static double BestFixed(ShareSet set, DemandLoss loss, double[][] demands)
    {
        var (x, sum, gradient) = (new double[set.Count], new double[set.Count], new double[set.Count]);
        set.Center(x);
        for (var step = 0; step < 100; step++)
        {
            sum.AsSpan().Clear();
            foreach (var demand in demands)
            {
                loss.Gradient(x, demand, gradient);
                for (var i = 0; i < x.Length; i++) sum[i] += gradient[i] / demands.Length;
            }
            for (var i = 0; i < x.Length; i++) x[i] -= sum[i] / loss.Smoothness;
            set.Project(x);
        }
        return demands.Sum(d => loss.Value(x, d));
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b).Sum(p => (p.First - p.Second) * (p.First - p.Second)));
}
