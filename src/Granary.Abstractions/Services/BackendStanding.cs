using Orleans;

namespace Granary.Abstractions;

/// <summary>How a server sees a backend, in one word: the first of these that holds.</summary>
[GenerateSerializer]
public enum BackendState
{
    /// <summary>Requests go there.</summary>
    Ready,

    /// <summary>Nothing new, and nothing is under way: it may be stopped.</summary>
    Drained,

    /// <summary>Nothing new; something is under way.</summary>
    Draining,

    /// <summary>Its weight is 0.</summary>
    NoWeight,

    /// <summary>It fails its probes.</summary>
    Unhealthy,

    /// <summary>It stood out among the others, and gets nothing for a time.</summary>
    Ejected,

    /// <summary>Its circuit breaker is open.</summary>
    Open,

    /// <summary>Its circuit breaker lets a few requests through, to see whether it works again.</summary>
    Trying,
}

/// <summary>Whether a circuit breaker lets requests through.</summary>
[GenerateSerializer]
public enum BreakerState
{
    Closed,
    Open,
    HalfOpen,
}

/// <summary>How one server sees a backend now.</summary>
/// <param name="Backend">Its name.</param>
/// <param name="State">In one word.</param>
/// <param name="InFlight">Requests of this server that are under way there.</param>
/// <param name="LatencyMs">Moving average (the newest counts a tenth) of how long answers took to begin, failures left out; null before the first.</param>
/// <param name="Healthy">By its probes; null without probes.</param>
/// <param name="Ejected">Taken out for a time for failing or being slow beside the others.</param>
/// <param name="Breaker">Its circuit breaker; null without passive checks.</param>
[GenerateSerializer, Immutable, Alias("Granary.BackendStanding")]
public sealed record BackendStanding(
    [property: Id(0)] string Backend,
    [property: Id(1)] BackendState State,
    [property: Id(2)] int InFlight,
    [property: Id(3)] double? LatencyMs,
    [property: Id(4)] bool? Healthy,
    [property: Id(5)] bool Ejected,
    [property: Id(6)] BreakerState? Breaker);
