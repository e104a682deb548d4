using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A service that the server passes requests on to, as scripts read it.</summary>
public sealed record ServiceJson
{
    public required string Name { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Agent { get; init; }

    public required ServiceAlgorithm Algorithm { get; init; }

    /// <summary>What its backends speak.</summary>
    public required ServiceProtocol Protocol { get; init; }

    /// <summary>The owners of other agents may call it too.</summary>
    public required bool Shared { get; init; }

    /// <summary>Header that names the session; null for none.</summary>
    public required string? AffinityHeader { get; init; }

    /// <summary>Cookie that names the session; null for none.</summary>
    public required string? AffinityCookie { get; init; }

    /// <summary>Header that names a request's class; null for the method and the first part of the path.</summary>
    public required string? ClassHeader { get; init; }

    /// <summary>Null for none.</summary>
    public required ServiceProbeJson? Probe { get; init; }

    /// <summary>Within which an answer begins.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long nothing may come or go once it has begun.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>Largest body of a request, bytes.</summary>
    public required long MaxBody { get; init; }

    /// <summary>Backends that one request may go to.</summary>
    public required int Attempts { get; init; }

    /// <summary>Over which a backend takes on its load.</summary>
    public required TimeSpan SlowStart { get; init; }

    /// <summary>Breakers and ejection.</summary>
    public required bool PassiveChecks { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<ServiceBackendJson> Backends { get; init; }

    /// <param name="service">As it is declared.</param>
    /// <param name="standings">How the server that answers sees the backends; null where that is not known.</param>
    public static ServiceJson From(ServiceView service, IReadOnlyList<BackendStanding>? standings = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        var seen = (standings ?? []).ToDictionary(s => s.Backend, StringComparer.Ordinal);
        var spec = service.Spec;
        return new()
        {
            Name = spec.Name,
            Agent = spec.Agent,
            Algorithm = spec.Algorithm,
            Protocol = spec.Protocol,
            Shared = spec.Shared,
            AffinityHeader = TaskJson.Absent(spec.AffinityHeader),
            AffinityCookie = TaskJson.Absent(spec.AffinityCookie),
            ClassHeader = TaskJson.Absent(spec.ClassHeader),
            Probe = spec.Probe is { } p ? new(p.Path, p.Every, p.Timeout, p.Unhealthy, p.Healthy) : null,
            Timeout = spec.Timeout,
            IdleTimeout = spec.IdleTimeout,
            MaxBody = spec.MaxBodyBytes,
            Attempts = spec.Attempts,
            SlowStart = spec.SlowStart,
            PassiveChecks = spec.PassiveChecks,
            Created = service.Created,
            Backends = [.. service.Backends.Select(b => ServiceBackendJson.From(b, seen.GetValueOrDefault(b.Name)))],
        };
    }
}

/// <summary>How backends are asked whether they are well.</summary>
/// <param name="Path">Of a GET, from the backend's URL on.</param>
/// <param name="Every">Between two.</param>
/// <param name="Timeout">What takes longer has failed.</param>
/// <param name="Unhealthy">Failures in a row that take a backend out.</param>
/// <param name="Healthy">Successes in a row that bring it back.</param>
public sealed record ServiceProbeJson(string Path, TimeSpan Every, TimeSpan Timeout, int Unhealthy, int Healthy);

/// <summary>Where a service is to be had.</summary>
/// <param name="Weight">Relative to the others'.</param>
/// <param name="Zone">Null for none.</param>
/// <param name="Draining">No new requests.</param>
/// <param name="Task">The task that it lives in; null for one that stays.</param>
/// <param name="Attempt">Which attempt of the task.</param>
/// <param name="State">How the server that answers sees it: one word for all that follows; null, as all that follows, where that is not known.</param>
/// <param name="InFlight">Requests of the server that answers which are under way there.</param>
/// <param name="LatencyMs">Moving average (the newest counts a tenth) of how long answers took to begin, failures left out; null before the first.</param>
/// <param name="Healthy">By its probes; null without probes.</param>
/// <param name="Ejected">Taken out for a time for failing or being slow beside the others.</param>
/// <param name="Breaker">Its circuit breaker; null without passive checks.</param>
public sealed record ServiceBackendJson(
    string Name, string Url, double Weight, string? Zone, bool Draining, TaskId? Task, int? Attempt,
    BackendState? State, int? InFlight, double? LatencyMs, bool? Healthy, bool? Ejected, BreakerState? Breaker)
{
    public static ServiceBackendJson From(ServiceBackend backend, BackendStanding? standing = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new(
            backend.Name, backend.Url, backend.Weight, TaskJson.Absent(backend.Zone), backend.Draining, backend.Task?.Id, backend.Task?.Attempt,
            standing?.State, standing?.InFlight, standing?.LatencyMs, standing?.Healthy, standing?.Ejected, standing?.Breaker);
    }
}

/// <summary>One row of the list of services.</summary>
public sealed record ServiceEntryJson(string Name, string Agent)
{
    public static ServiceEntryJson From(ServiceEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new(entry.Name, entry.Agent);
    }
}
