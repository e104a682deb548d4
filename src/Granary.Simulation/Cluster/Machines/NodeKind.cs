namespace Granary.Simulation.Cluster.Machines;

/// <summary>A kind of node, of which there are some or which could be bought.</summary>
/// <param name="Processors">Of each, at least 1.</param>
/// <param name="Slowness">How many times longer than the trace says a job runs there.</param>
/// <param name="Price">Of each for an hour, in any currency.</param>
public sealed record NodeKind(string Name, int Processors, int Count, double Slowness, double Price);
