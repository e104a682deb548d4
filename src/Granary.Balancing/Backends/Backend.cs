using System.IO.Hashing;
using System.Runtime.InteropServices;
using Granary.Balancing.Algorithms;
using Granary.Balancing.Health;

namespace Granary.Balancing.Backends;

/// <summary>A backend and what is known of it now. Made by <see cref="BackendPool.Add"/>; counters may be read from any thread.</summary>
public sealed class Backend
{
    private int _inFlight;
    private long _outstandingUs;
    private double _weight;

    internal Backend(BackendOptions options, BackendPoolOptions pool)
    {
        Name = options.Name;
        Zone = options.Zone;
        Hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(options.Name.AsSpan()));
        _weight = options.Weight;
        Breaker = pool.Breaker is { } breaker ? new CircuitBreaker(breaker) : null;
        Active = pool.ActiveChecks is { } checks ? new ActiveHealthCheck(checks, Hash) : null;
        SlowStart = new SlowStart(pool.SlowStart);
    }

    public string Name { get; }

    public string Zone { get; }

    /// <summary>The weight it is given now, before slow start and zone preference.</summary>
    public double Weight
    {
        get => Volatile.Read(ref _weight);
        internal set => Volatile.Write(ref _weight, value);
    }

    /// <summary>Requests sent to it that have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Predicted work of the requests in flight, microseconds.</summary>
    public long OutstandingUs => Volatile.Read(ref _outstandingUs);

    /// <summary>It gets no new requests; those in flight end as they would.</summary>
    public bool IsDraining { get; internal set; }

    /// <summary>It is draining and nothing is in flight: it may be stopped.</summary>
    public bool IsDrained => IsDraining && InFlight == 0;

    /// <summary>An outlier that gets nothing until its time is over.</summary>
    public bool IsEjected => Passive.IsEjected;

    /// <summary>Its breaker, null where the pool has none.</summary>
    public CircuitBreaker? Breaker { get; }

    /// <summary>Its active check, null where the pool has none; the prober asks it when to probe and tells it what came of that.</summary>
    public ActiveHealthCheck? Active { get; }

    /// <summary>It is in a pool; false once it has been removed.</summary>
    internal bool IsMember { get; set; } = true;

    internal PassiveHealthCheck Passive { get; } = new();

    internal SlowStart SlowStart { get; }

    internal ulong Hash { get; }

    internal PeakEwma Latency { get; } = new();

    internal PeakEwma Slowness { get; } = new();

    internal ClassCosts? ClassCosts { get; set; }

    /// <summary>Forgets what algorithms learned: it comes back, and what it was when it left says little.</summary>
    internal void Forget()
    {
        Latency.Reset();
        Slowness.Reset();
        ClassCosts = null;
    }

    internal void Enter(long costUs)
    {
        Interlocked.Increment(ref _inFlight);
        Interlocked.Add(ref _outstandingUs, costUs);
    }

    /// <summary>Enters only while fewer than <paramref name="bound"/> are in flight.</summary>
    internal bool TryEnter(long costUs, long bound)
    {
        for (var seen = InFlight; seen < bound;)
        {
            var before = Interlocked.CompareExchange(ref _inFlight, seen + 1, seen);
            if (before == seen)
            {
                Interlocked.Add(ref _outstandingUs, costUs);
                return true;
            }

            seen = before;
        }

        return false;
    }

    internal void Exit(long costUs)
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Add(ref _outstandingUs, -costUs);
    }
}
