using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>
/// The earliest expected end: predicted work in flight and the request's own, times how long the backend has lately taken for predicted work,
/// for its weight. That factor fades when the backend is not used, so that it is tried again.
/// </summary>
public sealed class LeastPredictedLoad(ulong seed, LatencyOptions? options = null) : IBalancingAlgorithm
{
    private readonly LatencyOptions _options = (options ?? new()).Validated();
    private readonly RandomSequence _random = new(seed);
    private readonly Typical _typical = new();

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        var backends = roster.Backends;
        var weights = roster.Weights;
        var cost = request.CostUs;
        var typical = _typical.Hopeful;
        var best = -1;
        var least = double.PositiveInfinity;
        for (int k = Window.Of(roster), i = _random.Next(backends.Length); k > 0; k--, i = i + 1 == backends.Length ? 0 : i + 1)
        {
            var slowness = backends[i].Slowness.At(nowUs, _options.DecayUs, typical) + 1e-3;
            var load = (backends[i].OutstandingUs + cost) * slowness / weights[i];
            if (load < least)
                (best, least) = (i, load);
        }

        backends[best].Enter(cost);
        return backends[best];
    }

    public void Complete(in Completion completion, long nowUs)
    {
        var latency = completion.Succeeded ? completion.LatencyUs : Math.Max(completion.LatencyUs, _options.FailureUs);
        var slowness = (double)latency / completion.Request.CostUs;
        if (completion.Succeeded)
            _typical.Observe(slowness);
        completion.Backend.Slowness.Observe(slowness, nowUs, _options.DecayUs, peak: !completion.Succeeded);
    }
}
