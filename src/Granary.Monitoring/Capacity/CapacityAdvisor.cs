using Granary.Model;

namespace Granary.Monitoring;

/// <summary>When to advise more or fewer nodes.</summary>
public sealed record CapacityOptions
{
    /// <summary>Tasks must wait for capacity this long before nodes are advised. Default 2 minutes.</summary>
    public TimeSpan OutAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A pool must be little used this long before fewer are advised. Default 15 minutes.</summary>
    public TimeSpan InAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Little used: the scarcest resource is held less than this. Default 0.3.</summary>
    public double Low { get; init; } = 0.3;

    /// <summary>What fewer nodes are reckoned for. Default 0.6.</summary>
    public double Target { get; init; } = 0.6;

    /// <summary>After advice, how long until the next for the same pool: what was advised needs time to help. Default 10 minutes.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Nodes that are advised at once, at most. Default 10.</summary>
    public int MostAtOnce { get; init; } = 10;

    /// <summary>Nodes below which none is advised away. Default 1.</summary>
    public int LeastNodes { get; init; } = 1;
}

/// <summary>How a pool stands.</summary>
/// <param name="Nodes">Ready ones.</param>
/// <param name="Waiting">Tasks that wait since nothing has room for them.</param>
/// <param name="Leases">Tasks that hold something.</param>
/// <param name="Used">The scarcest resource's part that is held, 0 to 1.</param>
public readonly record struct PoolDemand(string Pool, int Nodes, int Waiting, int Leases, double Used);

/// <summary>Advises how many nodes a pool should gain or lose, with a pause after each advice. Decides by what it is given.</summary>
public sealed class CapacityAdvisor(CapacityOptions options)
{
    private readonly Dictionary<string, State> _pools = new(StringComparer.Ordinal);

    /// <summary>The last advice for each pool.</summary>
    public IReadOnlyList<ScalingAdvice> Last => [.. _pools.Values.Select(p => p.Last).OfType<ScalingAdvice>().OrderBy(a => a.Pool, StringComparer.Ordinal)];

    /// <summary>Takes how a pool stands; advice when there is some now.</summary>
    public ScalingAdvice? Observe(PoolDemand demand, DateTimeOffset now)
    {
        if (!_pools.TryGetValue(demand.Pool, out var state)) _pools[demand.Pool] = state = new();
        state.Short = demand.Waiting > 0 ? state.Short ?? now : null;
        state.Idle = demand.Waiting == 0 && demand.Used < options.Low && demand.Nodes > options.LeastNodes ? state.Idle ?? now : null;
        if (state.Last is { } last && now - last.At < options.CoolDown) return null;
        if (state.Short is { } since && now - since >= options.OutAfter && Out(demand) is var more and > 0)
            return state.Last = new(demand.Pool, more, demand.Nodes, $"{demand.Waiting} tasks have waited for capacity for {Durations.Format(Rounded(now - since))}; {more} more {Word(more)} would hold them", now);
        if (state.Idle is { } idle && now - idle >= options.InAfter && In(demand) is var fewer and > 0)
            return state.Last = new(demand.Pool, -fewer, demand.Nodes, $"no task waits and {demand.Used:0%} is held for {Durations.Format(Rounded(now - idle))}; {demand.Nodes - fewer} of {demand.Nodes} {Word(demand.Nodes)} would do", now);
        return null;
    }

    /// <summary>Advice from before a restart goes on to count for the pause.</summary>
    public void Restore(IEnumerable<ScalingAdvice> advice)
    {
        foreach (var one in advice) _pools[one.Pool] = new() { Last = one };
    }

    /// <summary>As many as hold what waits, when it needs what runs now does on average; all of it where nothing runs.</summary>
    private int Out(PoolDemand demand)
    {
        var perNode = demand.Leases > 0 && demand.Used > 0 && demand.Nodes > 0 ? demand.Leases / (demand.Used * demand.Nodes) : 1;
        return (int)Math.Clamp(Math.Ceiling(demand.Waiting / Math.Max(1e-9, perNode)), 1, options.MostAtOnce);
    }

    private int In(PoolDemand demand)
    {
        var needed = Math.Max(options.LeastNodes, (int)Math.Ceiling(demand.Nodes * demand.Used / options.Target));
        return Math.Clamp(demand.Nodes - needed, 0, options.MostAtOnce);
    }

    private static TimeSpan Rounded(TimeSpan span) => TimeSpan.FromSeconds(Math.Round(span.TotalSeconds));

    private static string Word(int nodes) => nodes == 1 ? "node" : "nodes";

    private sealed class State
    {
        public DateTimeOffset? Short { get; set; }

        public DateTimeOffset? Idle { get; set; }

        public ScalingAdvice? Last { get; set; }
    }
}
