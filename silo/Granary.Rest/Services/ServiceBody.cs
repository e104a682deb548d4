using Granary.Abstractions;
using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Services;

/// <summary>What a service is like; what is not given takes its default.</summary>
internal sealed record ServiceBody
{
    /// <summary>May repeat the path's name.</summary>
    public string? Name { get; init; }

    /// <summary>Whose it is.</summary>
    public string? Agent { get; init; }

    /// <summary>How requests are shared out; <c>power_of_two</c> when not given.</summary>
    public ServiceAlgorithm? Algorithm { get; init; }

    /// <summary>What its backends speak; <c>http1</c> when not given.</summary>
    public ServiceProtocol? Protocol { get; init; }

    /// <summary>The owners of other agents may call it too; false when not given.</summary>
    public bool? Shared { get; init; }

    /// <summary>Header that names the session, for <c>consistent_hashing</c>.</summary>
    public string? AffinityHeader { get; init; }

    /// <summary>Cookie that names the session; who comes without is given one.</summary>
    public string? AffinityCookie { get; init; }

    /// <summary>Header that names a request's class, for <c>learned</c>; the method and the first part of the path when not given.</summary>
    public string? ClassHeader { get; init; }

    /// <summary>Probes; none when not given, those by default when empty.</summary>
    public ServiceProbeBody? Probe { get; init; }

    /// <summary>Within which an answer begins; 30 s when not given.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long nothing may come or go once it has begun; 5 min when not given.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Largest body of a request; 64 MiB when not given.</summary>
    public ByteSize? MaxBody { get; init; }

    /// <summary>Backends that one request may go to, 1 for no retries; 3 when not given.</summary>
    public int? Attempts { get; init; }

    /// <summary>Over which a backend takes on its load; 10 s when not given.</summary>
    public TimeSpan? SlowStart { get; init; }

    /// <summary>Breakers and ejection; true when not given.</summary>
    public bool? PassiveChecks { get; init; }

    /// <summary>All backends; those that it has when not given.</summary>
    public IReadOnlyList<ServiceBackendBody>? Backends { get; init; }

    /// <exception cref="GranaryException">Invalid, naming the field.</exception>
    public ServiceRequest Request(string name)
    {
        if (Agent is not { Length: > 0 } agent) throw GranaryException.Invalid("agent: is missing; say whose service it is, like \"agent\": \"lab\"");
        var spec = new ServiceSpec { Name = name, Agent = agent };
        spec = spec with
        {
            Algorithm = Algorithm ?? spec.Algorithm,
            Protocol = Protocol ?? spec.Protocol,
            Shared = Shared ?? spec.Shared,
            AffinityHeader = AffinityHeader ?? "",
            AffinityCookie = AffinityCookie ?? "",
            ClassHeader = ClassHeader ?? "",
            Probe = Probe?.Probe(),
            Timeout = Timeout ?? spec.Timeout,
            IdleTimeout = IdleTimeout ?? spec.IdleTimeout,
            MaxBodyBytes = MaxBody?.Bytes ?? spec.MaxBodyBytes,
            Attempts = Attempts ?? spec.Attempts,
            SlowStart = SlowStart ?? spec.SlowStart,
            PassiveChecks = PassiveChecks ?? spec.PassiveChecks,
        };
        ServiceRules.Check(spec);
        return new ServiceRequest(spec, Backends?.Select((b, i) => Whole(b, i)).ToArray());
    }

    private static ServiceBackend Whole(ServiceBackendBody? backend, int index)
    {
        if (backend is null || backend.Name is not { Length: > 0 } name || backend.Url is not { Length: > 0 } url)
            throw GranaryException.Invalid($"backends[{index}]: has no name or no url; write {{\"name\": \"b1\", \"url\": \"http://127.0.0.1:8080\"}}");
        var change = backend.Change(name);
        var whole = new ServiceBackend { Name = name, Url = url };
        return whole with { Weight = change.Weight ?? whole.Weight, Zone = change.Zone ?? "", Draining = change.Draining ?? false, Task = change.Task };
    }
}

/// <summary>How backends are asked whether they are well; what is not given takes its default.</summary>
internal sealed record ServiceProbeBody
{
    /// <summary>Of a GET, from the backend's URL on; <c>/</c> when not given.</summary>
    public string? Path { get; init; }

    /// <summary>Between two; 5 s when not given.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>What takes longer has failed; 2 s when not given.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Failures in a row that take a backend out; 3 when not given.</summary>
    public int? Unhealthy { get; init; }

    /// <summary>Successes in a row that bring it back; 2 when not given.</summary>
    public int? Healthy { get; init; }

    public ServiceProbe Probe()
    {
        var usual = ServiceProbe.Default;
        return new(Path ?? usual.Path, Every ?? usual.Every, Timeout ?? usual.Timeout, Unhealthy ?? usual.Unhealthy, Healthy ?? usual.Healthy);
    }
}

/// <summary>Where a service is to be had; in a change, what is not given stays as it is.</summary>
internal sealed record ServiceBackendBody
{
    /// <summary>May repeat the path's name.</summary>
    public string? Name { get; init; }

    /// <summary>Like <c>http://127.0.0.1:8080</c>; needed where it is new.</summary>
    public string? Url { get; init; }

    /// <summary>Relative to the others', 0 for no requests; 1 when new and not given.</summary>
    public double? Weight { get; init; }

    /// <summary>Where it is.</summary>
    public string? Zone { get; init; }

    /// <summary>No new requests; those under way go on.</summary>
    public bool? Draining { get; init; }

    /// <summary>The task that it lives in (<c>GRANARY_TASK</c> there): with its end the backend goes.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Which attempt of the task (<c>GRANARY_ATTEMPT</c> there); 1 when not given.</summary>
    public int? Attempt { get; init; }

    /// <exception cref="GranaryException">Invalid, naming the field.</exception>
    public BackendChange Change(string name)
    {
        if (Attempt is not null && Task is null) throw GranaryException.Invalid("attempt: is of no task; name the task too");
        return new(name, Url, Weight, Zone, Draining, Task is { } id ? new ServiceTask(id, Attempt ?? 1) : null);
    }
}
