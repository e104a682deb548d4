using Granary.Optimization.Online;
using Granary.Optimization.Path;
using Granary.Optimization.Plans;
using Granary.Optimization.Policy;

namespace Granary.Optimization.Live;

/// <summary>What learners of a pool know, as plain numbers that can be kept.</summary>
/// <param name="Policy">Parameters of the policy; empty: nothing yet.</param>
/// <param name="LogDeviation">How widely it tries.</param>
/// <param name="Choices">Choices of a strategy so far.</param>
/// <param name="Counts">Rewards that each strategy had, in the order of <see cref="PoolLearners.Strategies"/>.</param>
/// <param name="Means">Their means.</param>
public sealed record LearnedState(double[] Policy, double LogDeviation, long Choices, long[] Counts, double[] Means);

/// <summary>
/// What learns from a pool's load how to share its capacity: a policy by policy gradient in worlds like the pool's, a choice among the fixed strategies by epsilon-greedy from outcomes, and shares that
/// follow demand by online convex optimization. Each proposes; a <see cref="Contest"/> judges.
/// </summary>
public sealed class PoolLearners
{
    /// <summary>Of an online optimizer meant for every 100 ms: so many steps for a sample.</summary>
    private const int StepsASample = 10;

    /// <summary>About so many agents' steps of simulation are learned from in a round: some tens of milliseconds.</summary>
    private const int Effort = 100_000;

    private const int Episodes = 8;

    private const int EpisodeSteps = 100;

    private readonly PolicyGradient _gradient;
    private readonly EpsilonGreedy _choice;
    private ShareController? _online;
    private PlanAgent[] _followed = [];
    private double _capacity;
    private int _chosen = -1;

    /// <param name="kept">What was known before; null: nothing. One that cannot be is as none.</param>
    public PoolLearners(LearnedState? kept, long seed)
    {
        var policy = kept is { Policy.Length: GaussianPolicy.Features } && Array.TrueForAll(kept.Policy, Require.IsFinite) && Require.IsFinite(kept.LogDeviation)
            ? GaussianPolicy.Restore(kept.Policy, kept.LogDeviation) : null;
        _gradient = new(new PolicyGradientOptions { Batch = Episodes, Cooling = 400 }, seed, policy ?? ByWeight);
        _choice = new(Strategies.Count, new EpsilonGreedyOptions { Memory = 0.02 }, seed);
        if (kept is not null && kept.Counts.Length == Strategies.Count && kept.Means.Length == Strategies.Count && Array.TrueForAll(kept.Means, Require.IsFinite))
            _choice.Restore(kept.Choices, kept.Counts, kept.Means);
        Rounds = policy is null ? 0 : 1;
    }

    /// <summary>Preferences that are the logarithms of weights: shares by weight, from where a policy begins.</summary>
    private static GaussianPolicy ByWeight => GaussianPolicy.Restore([1, 0, 0, 0, 0], Math.Log(0.3));

    /// <summary>What can propose: <c>policy</c>, <c>strategy</c>, <c>online</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["policy", "strategy", "online"];

    /// <summary>That epsilon-greedy chooses from.</summary>
    public static IReadOnlyList<string> Strategies { get; } = [.. ShareStrategies.Fixed.Keys];

    public GaussianPolicy Policy => _gradient.Policy;

    /// <summary>Rounds of learning so far, from what was kept on; 0: the policy knows nothing.</summary>
    public long Rounds { get; private set; }

    /// <summary>The strategy with the best mean so far; null before the first reward.</summary>
    public string? BestStrategy => _choice.Counts.IndexOfAnyExcept(0) < 0 ? null : Strategies[_choice.Best];

    public LearnedState State => new(_gradient.Policy.Parameters.ToArray(), _gradient.Policy.LogDeviation, _choice.Choices, _choice.Counts.ToArray(), _choice.Means.ToArray());

    /// <summary>Moves the shares that follow demand; they begin anew where agents or the capacity have changed.</summary>
    public void Follow(IReadOnlyList<PlanAgent> agents, double capacity, ReadOnlySpan<double> demand)
    {
        if (agents.Count == 0 || !(capacity > 0)) return;
        if (_online is null || capacity != _capacity || !agents.Select(Bounds).SequenceEqual(_followed.Select(Bounds)))
        {
            var limits = agents.Select(a => Math.Max(a.Guarantee, Math.Min(a.Limit ?? capacity, capacity))).ToArray();
            var set = new ShareSet([.. agents.Select(a => a.Guarantee)], limits, Math.Min(capacity, limits.Sum()));
            (_online, _followed, _capacity) = (new ShareController(set, [.. agents.Select(a => a.Weight)], plan: MaxMinShares.ByWeight(agents, capacity)), [.. agents], capacity);
        }
        for (var step = 0; step < StepsASample; step++) _online.Observe(demand);
    }

    /// <summary>What each would allocate now, within guarantees and limits; what knows nothing yet is not there.</summary>
    public IReadOnlyDictionary<string, double[]> Propose(PathSituation situation, Rollouts rollouts)
    {
        var (proposals, now, shares) = (new Dictionary<string, double[]>(StringComparer.Ordinal), rollouts.Now, new double[situation.Agents.Count]);
        if (Rounds > 0)
        {
            _gradient.Policy.Act(now, shares);
            proposals["policy"] = Capacity();
        }
        _chosen = _choice.Choose();
        ShareStrategies.Fixed[Strategies[_chosen]](now, shares);
        proposals["strategy"] = Capacity();
        if (_online is not null && situation.Agents.Select(a => a.Id).SequenceEqual(_followed.Select(a => a.Id), StringComparer.Ordinal)) proposals["online"] = _online.Shares.ToArray();
        return proposals;

        double[] Capacity() => RolloutChoiceStage.Within(situation, [.. shares.Select(s => s * situation.Capacity)]);
    }

    /// <summary>What the strategy that was proposed last was worth.</summary>
    public void Reward(double reward)
    {
        if (_chosen < 0 || !Require.IsFinite(reward)) return;
        _choice.Reward(_chosen, reward);
        _chosen = -1;
    }

    /// <summary>Some batches of policy gradient in worlds like the pool's of now.</summary>
    public void Learn(Rollouts rollouts)
    {
        var world = rollouts.World with { Steps = EpisodeSteps };
        var batches = Math.Clamp(Effort / (Episodes * EpisodeSteps * world.Weights.Length), 1, 20);
        for (var batch = 0; batch < batches; batch++) _gradient.Learn(world);
        Rounds++;
    }

    private static (string, double, double, double?) Bounds(PlanAgent agent) => (agent.Id, agent.Weight, agent.Guarantee, agent.Limit);
}
