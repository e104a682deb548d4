using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Grains.Shards;

/// <summary>Adds up what the parts of a sharded pool say of themselves. Amounts and counts are sums; shares are of the whole pool.</summary>
internal static class ShardViews
{
    public static PoolView Pool(PoolSpec spec, IReadOnlyList<PoolView> parts) => new()
    {
        Spec = spec,
        Capacity = ShardCapacity.Sum(parts.Select(p => p.Capacity)),
        Used = ShardCapacity.Sum(parts.Select(p => p.Used)),
        Nodes = parts.Sum(p => p.Nodes),
        ReadyNodes = parts.Sum(p => p.ReadyNodes),
        Queued = parts.Sum(p => p.Queued),
        Placed = parts.Sum(p => p.Placed),
        Running = parts.Sum(p => p.Running),
        Succeeded = parts.Sum(p => p.Succeeded),
        Failed = parts.Sum(p => p.Failed),
        Cancelled = parts.Sum(p => p.Cancelled),
        Rejected = parts.Sum(p => p.Rejected),
        Lost = parts.Sum(p => p.Lost),
        Waiting = Counts(parts.Select(p => p.Waiting), (a, b) => a + b),
        Sequence = parts.Sum(p => p.Sequence),
        Created = parts.Min(p => p.Created),
        Decisions = parts.Sum(p => p.Decisions),
        DeadlinesKept = parts.Sum(p => p.DeadlinesKept),
        DeadlinesMissed = parts.Sum(p => p.DeadlinesMissed),
        Note = string.Join("; ", parts.Select(p => p.Note).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)),
        Preemptions = Counts(parts.Select(p => p.Preemptions), (a, b) => a + b),
        Overcommit = Overcommit([.. parts.Select(p => p.Overcommit).OfType<OvercommitView>()]),
    };

    /// <param name="declared">What agents were declared as, for the whole pool.</param>
    /// <param name="byPart">What each part says.</param>
    /// <param name="parts">What each part has.</param>
    public static IReadOnlyList<AgentShare> Agents(IReadOnlyDictionary<string, AgentSpec> declared, IReadOnlyList<IReadOnlyList<AgentShare>> byPart, IReadOnlyList<ResourceSet> parts)
    {
        var total = ShardCapacity.Sum(parts);
        var weights = Weights(parts, total);
        return [.. byPart.SelectMany((shares, i) => shares.Select(s => (Share: s, Part: i))).GroupBy(s => s.Share.Agent, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Agent([.. g], declared.GetValueOrDefault(g.Key), total, weights))];
    }

    public static IReadOnlyList<GroupShare> Groups(IReadOnlyDictionary<string, GroupSpec> declared, IReadOnlyList<IReadOnlyList<GroupShare>> byPart, IReadOnlyList<ResourceSet> parts)
    {
        var total = ShardCapacity.Sum(parts);
        var weights = Weights(parts, total);
        return [.. byPart.SelectMany((shares, i) => shares.Select(s => (Share: s, Part: i))).GroupBy(s => s.Share.Spec.Path, StringComparer.Ordinal)
            .Select(g =>
            {
                var first = g.First().Share;
                var (spec, used) = (declared.GetValueOrDefault(g.Key, first.Spec), ShardCapacity.Sum(g.Select(s => s.Share.Used)));
                return first with
                {
                    Spec = spec,
                    Weight = g.Max(s => s.Share.Weight),
                    Used = used,
                    DominantShare = Of(used, total),
                    FairShare = g.Sum(s => s.Share.FairShare * weights[s.Part]),
                    Borrowed = Beyond(used, spec.Guarantee, total),
                    Agents = g.Max(s => s.Share.Agents),
                    Queued = g.Sum(s => s.Share.Queued),
                    Running = g.Sum(s => s.Share.Running),
                };
            })];
    }

    public static RebalancePlan Plan(string pool, RebalanceKind kind, IReadOnlyList<RebalancePlan> plans) => new(
        pool, kind,
        [.. plans.SelectMany(p => p.Moves)], [.. plans.SelectMany(p => p.Nodes)],
        plans.Max(p => p.SpreadBefore), plans.Max(p => p.SpreadAfter), plans.Max(p => p.DeviationBefore), plans.Max(p => p.DeviationAfter),
        [.. plans.SelectMany(p => p.Freed)], plans.Any(p => p.Applied));

    private static AgentShare Agent((AgentShare Share, int Part)[] shares, AgentSpec? declared, ResourceSet total, double[] weights)
    {
        var first = shares[0].Share;
        var (spec, used) = (declared ?? first.Spec, ShardCapacity.Sum(shares.Select(s => s.Share.Used)));
        var known = shares.Sum(s => weights[s.Part]);
        return first with
        {
            Spec = spec,
            Used = used,
            DominantShare = Of(used, total),
            WeightedShare = Mean(s => s.WeightedShare),
            FairShare = shares.Sum(s => s.Share.FairShare * weights[s.Part]),
            Queued = shares.Sum(s => s.Share.Queued),
            Running = shares.Sum(s => s.Share.Running),
            Succeeded = shares.Sum(s => s.Share.Succeeded),
            Failed = shares.Sum(s => s.Share.Failed),
            Cancelled = shares.Sum(s => s.Share.Cancelled),
            Rejected = shares.Sum(s => s.Share.Rejected),
            Lost = shares.Sum(s => s.Share.Lost),
            ReceivedShareSeconds = shares.Sum(s => s.Share.ReceivedShareSeconds * weights[s.Part]),
            FairShareSeconds = shares.Sum(s => s.Share.FairShareSeconds * weights[s.Part]),
            DeadlinesKept = shares.Sum(s => s.Share.DeadlinesKept),
            DeadlinesMissed = shares.Sum(s => s.Share.DeadlinesMissed),
            EffectiveWeight = Mean(s => s.EffectiveWeight),
            FairShareFactor = Mean(s => s.FairShareFactor),
            Borrowed = Beyond(used, spec.Guarantee, total),
            PreemptionsCaused = shares.Sum(s => s.Share.PreemptionsCaused),
            PreemptionsSuffered = shares.Sum(s => s.Share.PreemptionsSuffered),
        };

        double Mean(Func<AgentShare, double> of) => known > 0 ? shares.Sum(s => of(s.Share) * weights[s.Part]) / known : shares.Average(s => of(s.Share));
    }

    /// <summary>Each part as a part of the pool: the mean over the resources that the pool has. They sum to 1.</summary>
    private static double[] Weights(IReadOnlyList<ResourceSet> parts, ResourceSet total)
    {
        var names = total.Named().ToArray();
        return names.Length == 0
            ? [.. parts.Select(_ => 1.0 / parts.Count)]
            : [.. parts.Select(p => names.Average(n => p.AmountOf(n.Name) / (double)n.Amount))];
    }

    private static double Of(ResourceSet used, ResourceSet total) => ShardCapacity.Share(used, total) is var share && double.IsFinite(share) ? share : 1;

    private static double Beyond(ResourceSet used, ResourceSet guarantee, ResourceSet total) => used.Named()
        .Select(u => total.AmountOf(u.Name) is > 0 and var of ? (u.Amount - guarantee.AmountOf(u.Name)) / (double)of : 0).DefaultIfEmpty(0).Max() is > 0 and var most ? most : 0;

    private static OvercommitView? Overcommit(IReadOnlyList<OvercommitView> parts) => parts.Count == 0 ? null : new OvercommitView
    {
        Extra = ShardCapacity.Sum(parts.Select(p => p.Extra)),
        Spare = ShardCapacity.Sum(parts.Select(p => p.Spare)),
        SpareTasks = parts.Sum(p => p.SpareTasks),
        MeasuredNodes = parts.Sum(p => p.MeasuredNodes),
        Stopped = parts.Sum(p => p.Stopped),
    };

    private static Dictionary<TKey, TValue> Counts<TKey, TValue>(IEnumerable<IReadOnlyDictionary<TKey, TValue>> parts, Func<TValue, TValue, TValue> add)
        where TKey : notnull
    {
        var sums = new Dictionary<TKey, TValue>();
        foreach (var (key, value) in parts.SelectMany(p => p)) sums[key] = sums.TryGetValue(key, out var sum) ? add(sum, value) : value;
        return sums;
    }
}
