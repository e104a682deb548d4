using System.Diagnostics;
using Granary.Caching.Policies;

namespace Granary.Caching.Simulation;

/// <summary>What a cache under one policy did with a trace.</summary>
/// <param name="Requests">All of the trace.</param>
/// <param name="Hits">How many were resident when asked for.</param>
/// <param name="Bytes">Asked for, in all.</param>
/// <param name="HitBytes">Of those, what was resident.</param>
/// <param name="Elapsed">Wall time of the simulation, reading the trace left out.</param>
public sealed record CacheSimulationReport(string Policy, long Capacity, long Requests, long Hits, decimal Bytes, decimal HitBytes, TimeSpan Elapsed)
{
    public long Misses => Requests - Hits;

    /// <summary>Hits per request, 0 to 1; 0 for an empty trace.</summary>
    public double HitRatio => Requests == 0 ? 0 : (double)Hits / Requests;

    /// <summary>Bytes that were resident per byte asked for, 0 to 1.</summary>
    public double BytesHitRatio => Bytes == 0 ? 0 : (double)(HitBytes / Bytes);

    public double RequestsPerSecond => Requests / Math.Max(Elapsed.TotalSeconds, 1e-9);
}

/// <summary>Runs a trace through a policy, from an empty cache.</summary>
public static class CacheSimulation
{
    private const int CancelEvery = 8192;

    /// <param name="byBytes">True when keys weigh their sizes; false when each weighs 1 and the capacity is a number of keys.</param>
    public static CacheSimulationReport Run(
        IReadOnlyList<CacheRequest> trace, IReplacementPolicy policy, bool byBytes, CancellationToken cancel = default)
    {
        long hits = 0, bytes = 0, hitBytes = 0;
        var (allBytes, allHitBytes) = (0m, 0m);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < trace.Count; i++)
        {
            if (i % CancelEvery == 0)
            {
                cancel.ThrowIfCancellationRequested();
                (allBytes, allHitBytes, bytes, hitBytes) = (allBytes + bytes, allHitBytes + hitBytes, 0, 0);
            }
            var (key, size) = trace[i];
            bytes += size;
            if (!policy.Access(key, byBytes ? Math.Max(1, size) : 1)) continue;
            hits++;
            hitBytes += size;
        }
        return new(policy.Name, policy.Capacity, trace.Count, hits, allBytes + bytes, allHitBytes + hitBytes, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>The same with knowledge of the future (<see cref="Belady"/>).</summary>
    public static CacheSimulationReport RunBelady(IReadOnlyList<CacheRequest> trace, long capacity, bool byBytes)
    {
        var began = Stopwatch.GetTimestamp();
        IReadOnlyList<CacheRequest> weighed = byBytes ? trace : [.. trace.Select(r => r with { Size = 1 })];
        var hit = Belady.Hits(weighed, capacity);
        var elapsed = Stopwatch.GetElapsedTime(began);
        var (hits, bytes, hitBytes) = (0L, 0m, 0m);
        for (var i = 0; i < hit.Length; i++)
        {
            bytes += trace[i].Size;
            if (!hit[i]) continue;
            hits++;
            hitBytes += trace[i].Size;
        }
        return new("belady", capacity, trace.Count, hits, bytes, hitBytes, elapsed);
    }
}
