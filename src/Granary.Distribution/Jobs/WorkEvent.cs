namespace Granary.Distribution.Jobs;

/// <summary>What happened to partitioned work. The state is what applying these in order makes of it; times are microseconds since the Unix epoch.</summary>
public abstract record WorkEvent;

/// <summary>Partitions go into a task. It is submitted once this is durable, under an operation id made of the work's id and the number.</summary>
/// <param name="Batch">Its number within the work, from 1.</param>
/// <param name="Target">The node that room was seen on; empty for none.</param>
/// <param name="Steered">The pool is asked to prefer the target.</param>
/// <param name="CopyOf">The straggler's number; 0 for no copy.</param>
/// <param name="Stolen">Its data lies on other nodes than the target.</param>
public sealed record BatchPlanned(int Batch, int Stage, IReadOnlyList<int> Partitions, string Target, bool Steered, int CopyOf, bool Stolen, long At) : WorkEvent;

/// <summary>The pool has given it a task number.</summary>
public sealed record BatchAdmitted(int Batch, long Task) : WorkEvent;

/// <summary>It has a node, or has lost it again (empty).</summary>
public sealed record BatchPlaced(int Batch, string Node) : WorkEvent;

public sealed record BatchStarted(int Batch, string Node, long At) : WorkEvent;

/// <param name="Seconds">From its start to its end.</param>
public sealed record BatchSucceeded(int Batch, string Node, double Seconds, long At) : WorkEvent;

public sealed record BatchFailed(int Batch, string Node, string Reason, long At) : WorkEvent;

/// <summary>It was stopped because nothing needs it any more.</summary>
public sealed record BatchGone(int Batch) : WorkEvent;

/// <summary>A partition is left out.</summary>
public sealed record PartitionSkipped(int Stage, int Partition) : WorkEvent;

public sealed record WorkEnded(Model.WorkState State, string Reason, long At) : WorkEvent;
