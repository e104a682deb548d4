using Granary.Simulation.Replay;

namespace Granary.Simulation.Planning;

/// <summary>Nodes that would keep the wait wanted.</summary>
/// <param name="Nodes">How many of which kind.</param>
/// <param name="Processors">Of all.</param>
/// <param name="Price">Of all for an hour.</param>
/// <param name="Report">The replay on them.</param>
public sealed record CapacityPlan(IReadOnlyList<(string Kind, int Count)> Nodes, int Processors, double Price, ReplayReport Report);
