namespace Granary.Caching.Simulation;

/// <summary>One request of a trace.</summary>
/// <param name="Key">What was asked for.</param>
/// <param name="Size">In bytes; 1 where the trace has no sizes.</param>
public readonly record struct CacheRequest(ulong Key, long Size);
