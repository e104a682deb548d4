namespace Granary.Profiling;

/// <summary>What holds something up.</summary>
public enum BottleneckKind
{
    Cpu,
    Memory,
    Disk,
    Network,
    Lock,
    Gc,
    Throttling,
    Swap,
    NoisyNeighbour,
}

public enum BottleneckSeverity
{
    Warning,
    Critical,
}

/// <summary>A value that speaks for a bottleneck.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="Limit">The threshold that it passed; not a number where it only says more.</param>
public readonly record struct Evidence(string Name, double Value, double Limit = double.NaN);

/// <summary>Something that holds a machine or a process up.</summary>
/// <param name="Of">Of what: a node, a task, a process, a device.</param>
/// <param name="What">In one line.</param>
/// <param name="Suggestion">What would help, in one line.</param>
public sealed record Bottleneck(BottleneckKind Kind, BottleneckSeverity Severity, string Of, DateTimeOffset From, DateTimeOffset To, string What, IReadOnlyList<Evidence> Evidence, string Suggestion);

/// <summary>What is known of a time: values by the names of metrics (docs/telemetry.md) and of a profile's totals (docs/profiling.md). What is absent is not looked at.</summary>
/// <param name="Of">A node, task or process.</param>
public sealed record BottleneckFacts(string Of, DateTimeOffset From, DateTimeOffset To, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>Others on the same machine, with the cores that they use.</summary>
    public IReadOnlyList<(string Name, double Cores)> Neighbours { get; init; } = [];

    public double? this[string name] => Values.TryGetValue(name, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>Values of a metric that is of one thing each, like <c>disk.busy/sda</c>.</summary>
    public IEnumerable<(string Thing, double Value)> Each(string metric) =>
        Values.Where(v => v.Key.StartsWith(metric + "/", StringComparison.Ordinal) && double.IsFinite(v.Value))
            .OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key[(metric.Length + 1)..], v.Value));

    /// <summary>Length of the time in seconds, at least a millisecond.</summary>
    public double Seconds => Math.Max(0.001, this["seconds"] ?? (To - From).TotalSeconds);
}
