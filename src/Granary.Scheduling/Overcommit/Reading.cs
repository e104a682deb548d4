namespace Granary.Scheduling.Overcommit;

/// <summary>What a node's machine used up to a moment.</summary>
/// <param name="At">When it was read, microseconds since the Unix epoch.</param>
/// <param name="CpuMilli">Busy CPU, thousandths of a core.</param>
/// <param name="MemoryMiB">Memory in use.</param>
internal readonly record struct Reading(long At, long CpuMilli, long MemoryMiB);
