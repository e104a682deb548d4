namespace Granary.Caching.Policies;

/// <summary>How the policy <c>auto</c> watches its candidates and changes between them.</summary>
public sealed record AdaptiveOptions
{
    /// <summary>The policies it chooses among; it begins with the first.</summary>
    public IReadOnlyList<PolicyKind> Candidates { get; init; } = [PolicyKind.Lirs, PolicyKind.S3Fifo, PolicyKind.Arc, PolicyKind.WTinyLfu, PolicyKind.Lru];

    /// <summary>A shadow keeps about so many keys; above that it sees every second key, then every fourth, and so on.</summary>
    public int ShadowKeys { get; init; } = 2048;

    /// <summary>Over how many requests, in keys that the cache holds, a candidate's lead shrinks to 1/e of what it was.</summary>
    public double Memory { get; init; } = 256;

    /// <summary>
    /// By how many hits a candidate must lead, in keys that the cache holds: a change can cost a miss for each key that only the other would have kept. Below 1, two
    /// that keep different parts of a loop would be changed for each other again and again.
    /// </summary>
    public double Margin { get; init; } = 1;

    /// <summary>
    /// The shadows rest while no more of the requests than this miss, counted over as many as the cache holds keys: another candidate could then be ahead by that share
    /// and no more.
    /// </summary>
    public double Content { get; init; } = 0.005;

    /// <summary>What its LIRS remembers of keys that are gone, in capacities.</summary>
    public double LirsGhosts { get; init; } = 1.75;
}
