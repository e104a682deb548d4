using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>The fewest requests in flight for its weight; the first found from a random place on where several have as few.</summary>
public sealed class LeastConnections(ulong seed) : IBalancingAlgorithm
{
    private readonly RandomSequence _random = new(seed);

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        var backends = roster.Backends;
        var weights = roster.Weights;
        var best = -1;
        var least = double.PositiveInfinity;
        for (int k = Window.Of(roster), i = _random.Next(backends.Length); k > 0; k--, i = i + 1 == backends.Length ? 0 : i + 1)
        {
            var load = (backends[i].InFlight + 1) / weights[i];
            if (load < least)
                (best, least) = (i, load);
        }

        backends[best].Enter(request.CostUs);
        return backends[best];
    }
}
