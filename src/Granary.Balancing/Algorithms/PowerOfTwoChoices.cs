using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>
/// Draws two backends by weight and takes the one with the lower latency (peak EWMA) times requests in flight for its weight; O(1) with equal weights.
/// Sources: M. Mitzenmacher, IEEE TPDS 12(10), 2001; Twitter's Finagle.
/// </summary>
public sealed class PowerOfTwoChoices(ulong seed, LatencyOptions? options = null) : IBalancingAlgorithm
{
    private readonly LatencyOptions _options = (options ?? new()).Validated();
    private readonly RandomSequence _random = new(seed);
    private readonly Typical _typical = new();

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        var one = roster.IndexAt(_random.NextShare());
        var other = roster.IndexAt(_random.NextShare());
        if (other == one)
            other = other + 1 == roster.Count ? 0 : other + 1;
        var chosen = roster.Backends[Load(roster, one, nowUs) <= Load(roster, other, nowUs) ? one : other];
        chosen.Enter(request.CostUs);
        return chosen;
    }

    public void Complete(in Completion completion, long nowUs)
    {
        var latency = completion.Succeeded ? completion.LatencyUs : Math.Max(completion.LatencyUs, _options.FailureUs);
        completion.Backend.Latency.Observe(latency, nowUs, _options.DecayUs);
        if (completion.Succeeded)
            _typical.Observe(latency);
    }

    private double Load(Roster roster, int index, long nowUs)
    {
        var backend = roster.Backends[index];
        // 1 us more, so that requests in flight count where nothing at all is known
        return (backend.Latency.At(nowUs, _options.DecayUs, _typical.Hopeful) + 1) * (backend.InFlight + 1) / roster.Weights[index];
    }
}
