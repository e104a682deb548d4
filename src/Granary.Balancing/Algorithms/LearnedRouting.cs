using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>How costs by class are learned.</summary>
/// <param name="Classes">Classes told apart; a request's class is taken modulo this.</param>
/// <param name="Exploration">Observations that the guess for a backend (half of what is typical of the class) counts as much as; above 0.</param>
/// <param name="Latency">How long costs are remembered, and what a failure costs.</param>
public sealed record LearnedRoutingOptions(int Classes = 64, double Exploration = 1, LatencyOptions? Latency = null)
{
    internal LearnedRoutingOptions Validated() => Classes is >= 1 and <= 65536 && Exploration is > 0 and <= 100
        ? this
        : throw new ArgumentException($"learned routing: classes {Classes} between 1 and 65536, exploration {Exploration} above 0 and at most 100");
}

/// <summary>
/// A bandit over backends for each class of requests: the lowest expected latency, times the requests in flight for its weight. What is expected is the
/// learned mean drawn to a hopeful guess, the more so the fewer and older the observations are: so each backend is tried again in time. The queue is in
/// the score since a bandit alone would send everything to one. Source: optimistic initial values, R. Sutton, A. Barto, Reinforcement Learning (2018), 2.6.
/// </summary>
public sealed class LearnedRouting(ulong seed, LearnedRoutingOptions? options = null) : IBalancingAlgorithm
{
    private readonly LearnedRoutingOptions _options = (options ?? new()).Validated();
    private readonly LatencyOptions _latency = (options?.Latency ?? new()).Validated();
    private readonly RandomSequence _random = new(seed);
    private readonly Typical[] _typical = [.. Enumerable.Range(0, (options ?? new()).Validated().Classes).Select(_ => new Typical())];

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        var backends = roster.Backends;
        var weights = roster.Weights;
        var kind = Kind(request);
        var hopefulUs = _typical[kind].Hopeful;
        var best = -1;
        var least = double.PositiveInfinity;
        for (int k = Window.Of(roster), i = _random.Next(backends.Length); k > 0; k--, i = i + 1 == backends.Length ? 0 : i + 1)
        {
            var score = (ExpectedUs(backends[i], kind, hopefulUs, nowUs) + 1) * (backends[i].InFlight + 1) / weights[i];
            if (score < least)
                (best, least) = (i, score);
        }

        backends[best].Enter(request.CostUs);
        return backends[best];
    }

    public void Complete(in Completion completion, long nowUs)
    {
        var us = completion.Succeeded ? completion.LatencyUs : Math.Max(completion.LatencyUs, _latency.FailureUs);
        if (completion.Succeeded)
            _typical[Kind(completion.Request)].Observe(us);
        Costs(completion.Backend).Observe(Kind(completion.Request), us, nowUs, _latency.DecayUs);
    }

    private double ExpectedUs(Backend backend, int kind, double hopefulUs, long nowUs)
    {
        if (backend.ClassCosts is not { } costs)
            return hopefulUs;
        var seen = costs.Seen(kind, nowUs, _latency.DecayUs);
        return (seen * costs.MeanUs(kind) + _options.Exploration * hopefulUs) / (seen + _options.Exploration);
    }

    private int Kind(in BalancingRequest request) => (int)((uint)request.Class % (uint)_options.Classes);

    private ClassCosts Costs(Backend backend)
    {
        if (backend.ClassCosts is { } known && known.Count == _options.Classes)
            return known;
        lock (_random)
            return backend.ClassCosts is { } made && made.Count == _options.Classes ? made : backend.ClassCosts = new ClassCosts(_options.Classes);
    }
}
