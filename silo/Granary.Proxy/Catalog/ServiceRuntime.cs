using System.Net;
using Granary.Abstractions;
using Granary.Balancing;
using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;
using Granary.Balancing.Health;
using Granary.Model;

namespace Granary.Proxy.Catalog;

/// <summary>A service as this server knows it: its balancer with all that has been learned of its backends, its retry budget and its probes.</summary>
internal sealed class ServiceRuntime : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _over = new();
    private volatile IReadOnlyDictionary<string, BackendTarget> _targets = new Dictionary<string, BackendTarget>(StringComparer.Ordinal);
    private volatile ServiceView _view;
    private int _open;

    public ServiceRuntime(ServiceView view, string zone, TimeProvider time)
    {
        (_view, _time) = (view, time);
        var spec = view.Spec;
        var pool = new BackendPool(new BackendPoolOptions(
            spec.SlowStart > TimeSpan.Zero ? new SlowStartOptions(Micros(spec.SlowStart)) : null,
            zone.Length > 0 ? new ZonePreference(zone) : null,
            spec.PassiveChecks ? new CircuitBreakerOptions() : null,
            spec.PassiveChecks ? new OutlierOptions() : null,
            spec.Probe is { } probe ? new ActiveHealthOptions(Micros(probe.Every), probe.Unhealthy, probe.Healthy) : null));
        Balancer = new Balancer(pool, Algorithm(spec.Algorithm), time);
        Take(view);
    }

    public Balancer Balancer { get; }

    public RetryBudget Budget { get; } = new(new RetryBudgetOptions());

    public ClassCostEstimate Costs { get; } = new();

    public ServiceView View => _view;

    public ServiceSpec Spec => _view.Spec;

    /// <summary>Of HTTP, as its backends speak it.</summary>
    public Version Version => Spec.Protocol == ServiceProtocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;

    /// <summary>Requests under way.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Set when the service is no more, or another runtime has taken its place.</summary>
    public CancellationToken Over => _over.Token;

    public IReadOnlyDictionary<string, BackendTarget> Targets => _targets;

    public bool TryEnter(int most)
    {
        if (Interlocked.Increment(ref _open) <= most) return true;
        Interlocked.Decrement(ref _open);
        return false;
    }

    public void Exit() => Interlocked.Decrement(ref _open);

    /// <summary>Whether what has been learned can stay while the service becomes this.</summary>
    public bool CanBecome(ServiceSpec spec) =>
        (spec.Name, spec.Agent, spec.Algorithm, spec.Probe, spec.SlowStart, spec.PassiveChecks) == (Spec.Name, Spec.Agent, Spec.Algorithm, Spec.Probe, Spec.SlowStart, Spec.PassiveChecks);

    /// <summary>Becomes what the service is now; called by one at a time. A backend with another address is another backend.</summary>
    public void Take(ServiceView view)
    {
        var now = Balancer.NowUs;
        var pool = Balancer.Pool;
        var targets = new Dictionary<string, BackendTarget>(StringComparer.Ordinal);
        foreach (var backend in view.Backends)
            targets[backend.Name] = _targets.TryGetValue(backend.Name, out var known) && known.Declared.Url == backend.Url && known.Declared.Zone == backend.Zone
                ? known with { Declared = backend } : new BackendTarget(backend);
        var leaving = _targets.Where(t => !targets.TryGetValue(t.Key, out var now) || !ReferenceEquals(now.Latency, t.Value.Latency)).Select(t => t.Key).ToArray();
        foreach (var name in leaving) pool.Remove(name, now);
        _targets = targets; // before the pool knows them: who is chosen is found
        foreach (var backend in view.Backends)
        {
            if (pool.All.FirstOrDefault(b => b.Name == backend.Name) is not { } there) pool.Add(new BackendOptions(backend.Name, backend.Weight, backend.Zone), now);
            else if (there.Weight != backend.Weight) pool.SetWeight(backend.Name, backend.Weight, now);
            pool.Drain(backend.Name, backend.Draining, now);
        }
        _view = view;
    }

    /// <summary>How the backends stand, in the order in which they came.</summary>
    public IReadOnlyList<BackendStanding> Standings()
    {
        var now = Balancer.NowUs;
        _ = Balancer.Pool.Current(now); // what is over by now is over
        return [.. Balancer.Pool.All.Select(b => StandingOf(b, now))];
    }

    private BackendStanding StandingOf(Backend backend, long nowUs)
    {
        var breaker = backend.Breaker?.StateAt(nowUs);
        var state = backend switch
        {
            { IsDrained: true } => BackendState.Drained,
            { IsDraining: true } => BackendState.Draining,
            { Weight: <= 0 } => BackendState.NoWeight,
            { Active.IsHealthy: false } => BackendState.Unhealthy,
            { IsEjected: true } => BackendState.Ejected,
            _ => breaker switch { CircuitState.Open => BackendState.Open, CircuitState.HalfOpen => BackendState.Trying, _ => BackendState.Ready },
        };
        return new(backend.Name, state, backend.InFlight, _targets.GetValueOrDefault(backend.Name)?.Latency.Milliseconds, backend.Active?.IsHealthy, backend.IsEjected, (BreakerState?)(int?)breaker);
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }

    private static IBalancingAlgorithm Algorithm(ServiceAlgorithm algorithm)
    {
        var seed = (ulong)Random.Shared.NextInt64();
        return algorithm switch
        {
            ServiceAlgorithm.RoundRobin => new RoundRobin(),
            ServiceAlgorithm.WeightedRoundRobin => new SmoothWeightedRoundRobin(),
            ServiceAlgorithm.LeastConnections => new LeastConnections(seed),
            ServiceAlgorithm.LeastPredictedLoad => new LeastPredictedLoad(seed),
            ServiceAlgorithm.ConsistentHashing => new BoundedHashing(),
            ServiceAlgorithm.Learned => new LearnedRouting(seed),
            _ => new PowerOfTwoChoices(seed),
        };
    }

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>A backend as the proxy sends to it.</summary>
internal sealed record BackendTarget(ServiceBackend Declared)
{
    /// <summary>The URL without a slash at its end.</summary>
    public string Prefix { get; } = ServiceRules.Address(Declared.Url).GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>How long its answers take to begin; the same for as long as the backend is the same.</summary>
    public LatencyMean Latency { get; init; } = new();
}
