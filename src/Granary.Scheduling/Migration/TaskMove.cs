using Granary.Scheduling.State;

namespace Granary.Scheduling.Migration;

/// <summary>A task is on its way to another node: it was told to stop, and room is set aside for it there.</summary>
/// <param name="To">Where it starts again.</param>
/// <param name="At">Since when, microseconds.</param>
internal sealed record TaskMove(NodeEntry To, long At);

/// <summary>A move that a rebalancing plan has yet to make.</summary>
internal readonly record struct PendingMove(long Number, int Node);
