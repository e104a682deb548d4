using Orleans;

namespace Granary.Model;

/// <summary>How a service's requests are shared out between its backends.</summary>
[GenerateSerializer]
public enum ServiceAlgorithm
{
    /// <summary>Of two backends drawn by weight, the one with the lower latency times requests in flight.</summary>
    PowerOfTwo,
    RoundRobin,
    WeightedRoundRobin,
    LeastConnections,
    LeastPredictedLoad,
    /// <summary>A session stays with its backend while that has room: consistent hashing with bounded loads.</summary>
    ConsistentHashing,
    /// <summary>By what was learned of the latency of each class of requests.</summary>
    Learned,
}

/// <summary>What a service's backends speak. Callers speak what they like: the proxy translates.</summary>
[GenerateSerializer]
public enum ServiceProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2: by ALPN with <c>https</c>, with prior knowledge (RFC 9113, 3.3) with <c>http</c>. Answer and body may be under way at once, as gRPC needs.</summary>
    Http2,
}

/// <summary>A service of an agent that the server passes HTTP requests on to: what holds for all its backends.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ServiceSpec")]
public sealed record ServiceSpec
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>Whose it is; does not change.</summary>
    [Id(1)] public required string Agent { get; init; }

    [Id(2)] public ServiceAlgorithm Algorithm { get; init; }

    /// <summary>True where the owners of other agents may call it too.</summary>
    [Id(3)] public bool Shared { get; init; }

    /// <summary>Header whose value is the session; empty for none.</summary>
    [Id(4)] public string AffinityHeader { get; init; } = "";

    /// <summary>Cookie whose value is the session; requests without it are given one. Empty for none.</summary>
    [Id(5)] public string AffinityCookie { get; init; } = "";

    /// <summary>Header whose value is the class of a request; empty for the method and the first part of the path.</summary>
    [Id(6)] public string ClassHeader { get; init; } = "";

    /// <summary>Null for none: then only requests show how a backend is.</summary>
    [Id(7)] public ServiceProbe? Probe { get; init; }

    /// <summary>Within which an answer begins; 10 ms to 1 h.</summary>
    [Id(8)] public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may come or go once it has begun; 1 s to 24 h.</summary>
    [Id(9)] public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest body of a request, bytes; up to what the server's settings allow.</summary>
    [Id(10)] public long MaxBodyBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Backends that one request may go to, one after the other; 1 to 10, 1 for no retries.</summary>
    [Id(11)] public int Attempts { get; init; } = 3;

    /// <summary>Over which a backend that comes, or comes back, takes on its load; 0 for at once, up to 1 h.</summary>
    [Id(12)] public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Breakers and ejection by what requests show.</summary>
    [Id(13)] public bool PassiveChecks { get; init; } = true;

    /// <summary>What its backends speak.</summary>
    [Id(14)] public ServiceProtocol Protocol { get; init; }
}

/// <summary>How backends are asked whether they are well.</summary>
/// <param name="Path">Of a GET, from the backend's URL on; 2xx and 3xx are good.</param>
/// <param name="Every">Between two, for each backend; 100 ms to 1 h.</param>
/// <param name="Timeout">What takes longer has failed; up to <paramref name="Every"/> times ten, at most 1 min.</param>
/// <param name="Unhealthy">Failures in a row that take a backend out.</param>
/// <param name="Healthy">Successes in a row that bring it back.</param>
[GenerateSerializer, Immutable, Alias("Granary.ServiceProbe")]
public sealed record ServiceProbe(
    [property: Id(0)] string Path,
    [property: Id(1)] TimeSpan Every,
    [property: Id(2)] TimeSpan Timeout,
    [property: Id(3)] int Unhealthy = 3,
    [property: Id(4)] int Healthy = 2)
{
    public static ServiceProbe Default { get; } = new("/", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2));
}

/// <summary>Where a service is to be had.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ServiceBackend")]
public sealed record ServiceBackend
{
    /// <summary>Unique in the service.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary><c>http</c> or <c>https</c>; what callers ask for is put after its path.</summary>
    [Id(1)] public required string Url { get; init; }

    /// <summary>Relative to the others'; 0 for no new requests, up to 1,000,000.</summary>
    [Id(2)] public double Weight { get; init; } = 1;

    [Id(3)] public string Zone { get; init; } = "";

    /// <summary>No new requests; those under way go on.</summary>
    [Id(4)] public bool Draining { get; init; }

    /// <summary>The task that it lives in: with the end of that attempt the backend goes. Null for one that stays until it is removed.</summary>
    [Id(5)] public ServiceTask? Task { get; init; }
}

/// <summary>One attempt of a task.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ServiceTask")]
public sealed record ServiceTask(
    [property: Id(0)] TaskId Id,
    [property: Id(1)] int Attempt);
