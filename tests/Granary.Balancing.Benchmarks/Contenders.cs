using Granary.Balancing.Algorithms;

namespace Granary.Balancing.Benchmarks;

internal static class Contenders
{
    public static readonly (string Name, Func<ulong, IBalancingAlgorithm> Make)[] All =
    [
        ("round robin", _ => new RoundRobin()),
        ("weighted round robin", _ => new SmoothWeightedRoundRobin()),
        ("least connections", seed => new LeastConnections(seed)),
        ("least predicted load", seed => new LeastPredictedLoad(seed)),
        ("two choices, peak EWMA", seed => new PowerOfTwoChoices(seed)),
        ("hashing, bounded loads", _ => new BoundedHashing()),
        ("learned by class", seed => new LearnedRouting(seed)),
    ];
}
