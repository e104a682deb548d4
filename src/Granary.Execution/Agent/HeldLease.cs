using Granary.Model;

namespace Granary.Execution;

/// <summary>One attempt that an executor has held since before this agent.</summary>
/// <param name="Started">Null while it has not started.</param>
/// <param name="End">Null while it has not ended.</param>
public sealed record HeldLease(Lease Lease, DateTimeOffset? Started, TaskReport? End);
