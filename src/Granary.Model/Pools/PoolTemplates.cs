namespace Granary.Model;

/// <summary>
/// Rules for pools of a domain or of a kind, under a name. A template is nothing but defaults: what is said explicitly beside it wins. What each sets
/// and why is told in docs/fairness.md.
/// </summary>
public static class PoolTemplates
{
    private static readonly Dictionary<string, PoolSpec> All = new(StringComparer.Ordinal)
    {
        // Forecasts and grid models: deadlines that matter, long runs worth remembering, machines kept full or off.
        ["energy-research"] = Make(PoolStrategy.Sla, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = Remember(TimeSpan.FromHours(24)),
            Preemption = new PreemptionPolicy { Patience = TimeSpan.FromSeconds(30), MinimumRun = TimeSpan.FromMinutes(1) },
            Placement = new PlacementPolicy { Score = "energy" },
            Promises = new PromisePolicy { Backfill = "conservative" },
        }),
        // Gangs on whole cores and GPUs: what has started is not stopped for shares; room for large ones is set aside at once.
        ["physics-simulation"] = Make(PoolStrategy.Fair, PoolMode.Conservative, new PoolPolicy
        {
            Fairness = Remember(TimeSpan.FromDays(7)),
            Preemption = new PreemptionPolicy { WithinQueue = false, Reclaim = true, MinimumRun = TimeSpan.FromMinutes(10), Patience = TimeSpan.FromMinutes(1) },
            Placement = new PlacementPolicy { Score = "packing" },
            Promises = new PromisePolicy { Backfill = "easy" },
            Tasks = new TaskDefaults { Gang = true, WholeCores = true },
        }),
        // Reading and fetching: network and storage are what runs short, cores count for little.
        ["literature-analysis"] = Make(PoolStrategy.Fair, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.FromHours(1), ResourceWeights = Counting(cpu: 0.1, memory: 0.1, network: 1, storage: 1), Adapt = new AdaptPolicy() },
            Preemption = new PreemptionPolicy { Patience = TimeSpan.FromSeconds(10) },
            Placement = new PlacementPolicy { Score = "spread" },
        }),
        // Guaranteed at once, stopping others, never stopped.
        ["safety-protocols"] = Make(PoolStrategy.Sla, PoolMode.Conservative, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.Zero },
            Preemption = new PreemptionPolicy { Patience = TimeSpan.Zero, Fairness = FairnessPreemption.AtOrBelowFinalShare, MostVictims = 64 },
            Placement = new PlacementPolicy { Score = "spread" },
            Promises = new PromisePolicy { Backfill = "conservative" },
            Tasks = new TaskDefaults { NeverPreempted = true },
        }),
        // Cores and accelerators, packed, with use remembered for a day.
        ["computational"] = Make(PoolStrategy.Fair, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = Remember(TimeSpan.FromHours(24)),
            Placement = new PlacementPolicy { Score = "best-fit" },
            Promises = new PromisePolicy { Backfill = "easy" },
        }),
        // Steady flows: nothing is remembered, nothing that flows is stopped, weights follow what is missed.
        ["data-stream"] = Make(PoolStrategy.Sla, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.Zero, Adapt = new AdaptPolicy { Interval = TimeSpan.FromSeconds(5) } },
            Preemption = new PreemptionPolicy { WithinQueue = false, Emergency = true, Patience = TimeSpan.Zero },
            Placement = new PlacementPolicy { Score = "spread" },
        }),
        // Throughput: long memory, packed nodes, what runs is left to run.
        ["data-batch"] = Make(PoolStrategy.Fair, PoolMode.Aggressive, new PoolPolicy
        {
            Fairness = Remember(TimeSpan.FromHours(24)),
            Preemption = new PreemptionPolicy { MinimumRun = TimeSpan.FromMinutes(5), Patience = TimeSpan.FromMinutes(1) },
            Placement = new PlacementPolicy { Score = "packing" },
            Promises = new PromisePolicy { Backfill = "easy" },
        }),
        // People who wait for answers: short memory, memory counts most, shares are evened out by stopping tasks.
        ["data-analytics"] = Make(PoolStrategy.Fair, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.FromMinutes(10), ResourceWeights = Counting(cpu: 0.5, memory: 1), Adapt = new AdaptPolicy() },
            Preemption = new PreemptionPolicy { Fairness = FairnessPreemption.AtOrBelowFinalShare, Patience = TimeSpan.FromSeconds(5) },
            Placement = new PlacementPolicy { Score = "spread" },
        }),
        // Bulk transfers: shares of the network alone, remembered, so that a burst now is paid for later.
        ["network-bandwidth"] = Make(PoolStrategy.Fair, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.FromMinutes(10), ResourceWeights = Counting(cpu: 0.01, memory: 0.01, network: 1, storage: 0.01) },
            Placement = new PlacementPolicy { Score = "spread" },
        }),
        // Answers in time: deadlines first, nothing remembered, others make room at once.
        ["network-latency"] = Make(PoolStrategy.Sla, PoolMode.Balanced, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.Zero, ResourceWeights = Counting(cpu: 0.01, memory: 0.01, network: 1, storage: 0.01), Adapt = new AdaptPolicy { Interval = TimeSpan.FromSeconds(5), Gain = 0.4 } },
            Preemption = new PreemptionPolicy { Patience = TimeSpan.Zero, Fairness = FairnessPreemption.AtOrBelowFinalShare },
            Placement = new PlacementPolicy { Score = "spread" },
        }),
        // What must get through: accepted promises hold, and what runs is never stopped for others.
        ["network-reliable"] = Make(PoolStrategy.Sla, PoolMode.Conservative, new PoolPolicy
        {
            Fairness = new FairnessPolicy { UseHalfLife = TimeSpan.Zero, ResourceWeights = Counting(cpu: 0.01, memory: 0.01, network: 1, storage: 0.01) },
            Preemption = new PreemptionPolicy { Enabled = false },
            Placement = new PlacementPolicy { Score = "spread" },
            Promises = new PromisePolicy { Backfill = "conservative" },
        }),
    };

    /// <summary>The names, domains before kinds.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>The template's rules under no pool's name; null when there is none of that name.</summary>
    public static PoolSpec? Of(string template) => All.TryGetValue(template, out var spec)
        ? spec with { Policy = spec.Policy! with { Template = template } } : null;

    private static PoolSpec Make(PoolStrategy strategy, PoolMode mode, PoolPolicy policy) => new() { Name = "", Strategy = strategy, Mode = mode, Policy = policy };

    private static FairnessPolicy Remember(TimeSpan halfLife) => new() { UseHalfLife = halfLife };

    private static SortedDictionary<string, double> Counting(double cpu = 1, double memory = 1, double network = 1, double storage = 1)
    {
        var weights = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Add(ResourceNames.Cpu, cpu);
        Add(ResourceNames.Memory, memory);
        Add(ResourceNames.Network, network);
        Add(ResourceNames.Storage, storage);
        return weights;

        void Add(string name, double weight)
        {
            if (weight != 1) weights[name] = weight;
        }
    }
}
