using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;

namespace Granary.Balancing.Tests;

/// <summary>Pools and algorithms as the tests want them.</summary>
internal static class Pools
{
    public static readonly string[] Names = ["round-robin", "weighted", "connections", "predicted", "two-choices", "hashing", "learned"];

    public static IBalancingAlgorithm Algorithm(string name, ulong seed = 7) => name switch
    {
        "round-robin" => new RoundRobin(),
        "weighted" => new SmoothWeightedRoundRobin(),
        "connections" => new LeastConnections(seed),
        "predicted" => new LeastPredictedLoad(seed),
        "two-choices" => new PowerOfTwoChoices(seed),
        "hashing" => new BoundedHashing(),
        "learned" => new LearnedRouting(seed),
        _ => throw new ArgumentException(name),
    };

    public static BackendPool Of(int count, BackendPoolOptions? options = null) => Of([.. Enumerable.Repeat(1.0, count)], options);

    public static BackendPool Of(double[] weights, BackendPoolOptions? options = null)
    {
        var pool = new BackendPool(options ?? new());
        for (var i = 0; i < weights.Length; i++)
            pool.Add(new BackendOptions($"b{i}", weights[i]), 0);
        return pool;
    }

    public static Balancer Balancer(BackendPool pool, string algorithm) => new(pool, Algorithm(algorithm), TimeProvider.System);

    public static TheoryData<string> All => new(Names);
}
