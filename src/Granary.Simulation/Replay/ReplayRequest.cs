using Granary.Simulation.Llm;

namespace Granary.Simulation.Replay;

/// <summary>Whose job it is, for policies that share between agents.</summary>
public enum AgentsFrom
{
    User,
    Group,
    Queue,
}

/// <summary>Nodes that vanish, never to return.</summary>
/// <param name="AtSeconds">Since the trace's first submission.</param>
/// <param name="Nodes">How many, at least 1.</param>
public sealed record NodeLoss(double AtSeconds, int Nodes);

/// <summary>Nodes that are slower than the trace says.</summary>
/// <param name="Nodes">How many, at least 1.</param>
/// <param name="Factor">How many times longer a job runs there, at least 1.</param>
public sealed record SlowNodes(int Nodes, double Factor);

/// <summary>What to replay on what, and how. Every kind of trace takes what it understands and refuses the rest.</summary>
public sealed record ReplayRequest
{
    public required TraceFile Trace { get; init; }

    /// <summary>A number of nodes or a file of them; null takes what the trace itself says.</summary>
    public string? Nodes { get; init; }

    public AgentsFrom AgentsFrom { get; init; } = AgentsFrom.User;

    /// <summary>How fast a slot works, for requests to a language model.</summary>
    public LlmCapacity Llm { get; init; } = new();

    /// <summary>Where there is anything random, it is drawn from this. Default 1.</summary>
    public int Seed { get; init; } = 1;

    public IReadOnlyList<NodeLoss> Losses { get; init; } = [];

    public IReadOnlyList<SlowNodes> Slow { get; init; } = [];

    /// <summary>For GPU traces: how much of all GPUs is asked for when the allocation is measured, 1 for as much as there is. Default 1.</summary>
    public double? Load { get; init; }

    /// <summary>For GPU traces: over how many random orders of pods and nodes the allocation is averaged; 0 leaves it out. Default 10.</summary>
    public int? Shuffles { get; init; }
}
