using Granary.Model;
using Granary.Parallelism.Stealing;
using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Planning;

/// <summary>
/// How many nodes of which kind keep a wait, by bisection over replays: for every kind alone, and for every two kinds with a quarter, a half and three
/// quarters of what the first would need alone.
/// </summary>
/// <remarks>
/// Bisection takes more nodes for never worse. Backfilling can break that rule by a little: the number found is enough, and one less was seen not to be,
/// but some smaller number might be by chance.
/// </remarks>
public sealed class CapacityPlanner(Workload workload, IReadOnlyList<NodeKind> kinds, PlanOptions options, CancellationToken cancel)
{
    private static readonly double[] Parts = [0.25, 0.5, 0.75];

    private readonly int _widest = workload.Jobs.Max(j => j.Processors);
    private readonly long _most = workload.Jobs.Sum(j => (long)j.Processors);

    private int _replays;

    /// <summary>Replays made.</summary>
    public int Replays => _replays;

    /// <summary>Plans that hold, cheapest first, then with fewer processors.</summary>
    /// <exception cref="GranaryException">Invalid, without a wait or with an unknown policy.</exception>
    public IReadOnlyList<CapacityPlan> Plan()
    {
        options.Validate();
        if (!ClusterPolicies.Names.Contains(options.Policy))
            throw GranaryException.Invalid($"--policy is '{options.Policy}'; it can be {string.Join(", ", ClusterPolicies.Names)}");
        // replays take from milliseconds to minutes, and none needs another's result: who is free takes the next
        using var executor = new WorkStealingExecutor();
        var single = executor.Map(kinds, kind => Least(kind, null, 0), cancel);
        var alone = single.OfType<CapacityPlan>().ToDictionary(p => p.Nodes[0].Kind, p => p.Nodes[0].Count);
        var mixtures = !options.Mixtures ? [] : executor.Map(
            (from a in kinds
             where alone.ContainsKey(a.Name)
             from b in kinds
             where b != a
             from part in Parts
             let count = (int)(alone[a.Name] * part)
             where count > 0
             select (Kind: b, Beside: a, Count: count)).ToList(),
            m => Least(m.Kind, m.Beside, m.Count),
            cancel);
        var plans = single.Concat(mixtures).OfType<CapacityPlan>();
        return [.. plans.DistinctBy(Nodes).OrderBy(p => p.Price).ThenBy(p => p.Processors)];
    }

    private static string Nodes(CapacityPlan plan) => string.Join(',', plan.Nodes.OrderBy(n => n.Kind, StringComparer.Ordinal));

    /// <summary>The fewest nodes of a kind beside a given number of another; null when no number keeps the wait, or none is needed.</summary>
    private CapacityPlan? Least(NodeKind kind, NodeKind? beside, int besideCount)
    {
        var units = workload.UnitsPerProcessor;
        var missing = _widest - besideCount * (beside?.Processors ?? 0) * units;
        var good = Math.Max(1, (missing + kind.Processors * units - 1) / (kind.Processors * units));
        var bad = good - 1;
        CapacityPlan? best;
        while ((best = Try(kind, good, beside, besideCount)) is null)
        {
            // With as many processors as all jobs together ask for, none ever waits.
            if ((long)good * kind.Processors * units >= _most) return null;
            (bad, good) = (good, checked(good * 2));
        }
        while (good - bad > 1)
        {
            var middle = bad + (good - bad) / 2;
            if (Try(kind, middle, beside, besideCount) is { } plan) (best, good) = (plan, middle);
            else bad = middle;
        }
        return best;
    }

    private CapacityPlan? Try(NodeKind kind, int count, NodeKind? beside, int besideCount)
    {
        cancel.ThrowIfCancellationRequested();
        var nodes = new List<ClusterNode>(count + besideCount);
        nodes.AddRange(Enumerable.Repeat(new ClusterNode(kind.Processors, kind.Slowness), count));
        if (beside is not null) nodes.AddRange(Enumerable.Repeat(new ClusterNode(beside.Processors, beside.Slowness), besideCount));
        var cluster = new ClusterSpec { Nodes = nodes }.InUnits(workload.UnitsPerProcessor);
        Interlocked.Increment(ref _replays);
        var report = ClusterReplay.Run(workload, cluster, options.Policy, cancel);
        if (report.Rejected > 0 || report.MeanWaitS > options.MeanWaitS || report.P95WaitS > options.P95WaitS) return null;
        (string, int)[] named = beside is null ? [(kind.Name, count)] : [(kind.Name, count), (beside.Name, besideCount)];
        return new CapacityPlan(named, cluster.Processors / workload.UnitsPerProcessor, count * kind.Price + besideCount * (beside?.Price ?? 0), report);
    }
}
