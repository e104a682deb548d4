using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;
using Granary.Balancing.Health;

namespace Granary.Balancing.Benchmarks;

/// <summary>
/// Requests in virtual time: each backend serves four at once, the rest wait in order of arrival; service times are exponential. A request that has
/// no answer after two seconds has failed, and the backend drops it if it has not begun. Everything follows from the seed.
/// </summary>
internal sealed class Simulation(Scenario scenario, Setup setup, Func<ulong, IBalancingAlgorithm> make, ulong seed)
{
    private readonly PriorityQueue<Event, (long, long)> _events = new();
    private readonly Queue<Attempt>[] _waiting = [.. Enumerable.Range(0, Scenario.Backends).Select(_ => new Queue<Attempt>())];
    private readonly int[] _busy = new int[Scenario.Backends];
    private readonly Random _random = new((int)seed);
    private readonly RetryBudget _budget = new(new());
    private readonly Dictionary<Backend, int> _index = [];
    private readonly RunResult _result = new();
    private Balancer _balancer = null!;
    private long _order;

    public RunResult Run()
    {
        var pool = new BackendPool(setup.Pool);
        for (var i = 0; i < Scenario.Backends; i++)
            _index[pool.Add(new BackendOptions($"b{i}"), -60_000_000)] = i;
        _balancer = new Balancer(pool, make(seed), TimeProvider.System);
        Schedule(0, null, EventKind.Arrival);
        Schedule(0, null, EventKind.Probe);
        while (_events.TryDequeue(out var next, out var at))
        {
            var now = at.Item1;
            switch (next.Kind)
            {
                case EventKind.Arrival:
                    Arrive(now);
                    break;
                case EventKind.Probe:
                    Probe(now);
                    break;
                case EventKind.Served:
                    Leave(next.Attempt!, now);
                    End(next.Attempt!, true, now);
                    break;
                case EventKind.Failed:
                case EventKind.TimedOut:
                    End(next.Attempt!, false, now);
                    break;
            }
        }

        return _result;
    }

    private void Arrive(long now)
    {
        var next = now + (long)(-Math.Log(1 - _random.NextDouble()) * 1e6 / scenario.RequestsPerSecond);
        if (next < Scenario.Seconds * 1e6)
            Schedule(next, null, EventKind.Arrival);
        var request = new BalancingRequest((ulong)_random.Next(20_000), _random.Next(2), Scenario.MeanServiceUs);
        _budget.RecordRequest(now);
        Send(new Attempt(request, -Math.Log(1 - _random.NextDouble()), now), now);
    }

    private void Probe(long now)
    {
        foreach (var (backend, index) in _index)
        {
            if (backend.Active is { } check && check.TryStartProbe(now))
                _balancer.Pool.RecordProbe(backend, !scenario.Fails(index, now / 1e6), now);
        }

        if (now + 100_000 < Scenario.Seconds * 1e6)
            Schedule(now + 100_000, null, EventKind.Probe);
    }

    private void Send(Attempt attempt, long now)
    {
        if (!_balancer.TryAcquire(attempt.Request, now, out var lease))
        {
            _result.Add(attempt.ArrivedUs, now, -1, false);
            return;
        }

        var backend = _index[lease.Backend];
        (attempt.Lease, attempt.Backend, attempt.Ended) = (lease, backend, false);
        _result.Sent(backend, now);
        if (scenario.Fails(backend, now / 1e6))
        {
            Schedule(now + 1000, attempt, EventKind.Failed);
            return;
        }

        Schedule(now + Scenario.TimeoutUs, attempt, EventKind.TimedOut);
        if (_busy[backend] < Scenario.Slots)
            Serve(attempt, now);
        else
            _waiting[backend].Enqueue(attempt);
    }

    private void Serve(Attempt attempt, long now)
    {
        _busy[attempt.Backend]++;
        var us = attempt.Work * Scenario.MeanServiceUs * scenario.Slowness(attempt.Backend, attempt.Request.Class, now / 1e6);
        Schedule(now + (long)us, attempt, EventKind.Served);
    }

    private void Leave(Attempt attempt, long now)
    {
        var backend = attempt.Backend;
        _busy[backend]--;
        while (_waiting[backend].TryDequeue(out var next))
        {
            if (next.Ended)
                continue;
            Serve(next, now);
            break;
        }
    }

    private void End(Attempt attempt, bool succeeded, long now)
    {
        if (attempt.Ended)
            return;
        attempt.Ended = true;
        _balancer.Complete(attempt.Lease, succeeded, now);
        if (!succeeded && setup.Retries && attempt.Tries < 2 && _budget.TryRetry(now))
            Send(new Attempt(attempt.Request, attempt.Work, attempt.ArrivedUs) { Tries = attempt.Tries + 1 }, now);
        else
            _result.Add(attempt.ArrivedUs, now, attempt.Backend, succeeded);
    }

    private void Schedule(long at, Attempt? attempt, EventKind kind) => _events.Enqueue(new Event(kind, attempt), (at, _order++));

    private enum EventKind
    {
        Arrival,
        Probe,
        Served,
        Failed,
        TimedOut,
    }

    private readonly record struct Event(EventKind Kind, Attempt? Attempt);

    private sealed class Attempt(BalancingRequest request, double work, long arrivedUs)
    {
        public BalancingRequest Request => request;

        public double Work => work;

        public long ArrivedUs => arrivedUs;

        public int Tries { get; init; }

        public Lease Lease { get; set; }

        public int Backend { get; set; }

        public bool Ended { get; set; }
    }
}
