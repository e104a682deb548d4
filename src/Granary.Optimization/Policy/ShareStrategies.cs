namespace Granary.Optimization.Policy;

/// <summary>A way to set shares from what is seen; fills the span with values over 0 that sum to 1.</summary>
public delegate void ShareStrategy(QueueWorld world, Span<double> shares);

/// <summary>The fixed strategies that a learned one has to beat.</summary>
public static class ShareStrategies
{
    private const double Floor = 1e-3;

    public static IReadOnlyDictionary<string, ShareStrategy> Fixed { get; } = new Dictionary<string, ShareStrategy>
    {
        ["equal"] = (_, shares) => shares.Fill(1.0 / shares.Length),
        ["by weight"] = (world, shares) => Set(shares, i => world.Options.Weights[i]),
        ["by arrivals"] = (world, shares) => Set(shares, i => world.ArrivalRate[i] + Floor),
        ["by backlog"] = (world, shares) => Set(shares, i => world.Backlog[i] + Floor),
        ["weight x backlog"] = (world, shares) => Set(shares, i => world.Options.Weights[i] * world.Backlog[i] + Floor),
        // The square root rule of Kleinrock (1964) for capacity given to queues.
        ["square root"] = (world, shares) => Set(shares, i => Math.Sqrt(world.Options.Weights[i] * world.ArrivalRate[i]) + Floor),
    };

    private static void Set(Span<double> shares, Func<int, double> size)
    {
        var sum = 0.0;
        for (var i = 0; i < shares.Length; i++) sum += shares[i] = size(i);
        for (var i = 0; i < shares.Length; i++) shares[i] /= sum;
    }
}
