using Granary.Balancing.Health;

namespace Granary.Balancing.Backends;

/// <summary>
/// Backends that serve the same requests, and which of them may be used. Times are microseconds of one clock, given with each call;
/// a clock that steps back prolongs a wait by at most its length. Thread-safe; <see cref="Current"/> takes no lock while nothing changes.
/// </summary>
public sealed class BackendPool(BackendPoolOptions options)
{
    private readonly BackendPoolOptions _options = options.Validated();
    private readonly OutlierEjection? _outliers = options.Outliers is { } outliers ? new OutlierEjection(outliers) : null;
    private readonly Lock _gate = new();
    private volatile Backend[] _all = [];
    private volatile Roster _roster = Roster.Empty;
    private volatile bool _stale = true;
    private long _checkedAtUs;

    public IReadOnlyList<Backend> All => _all;

    /// <summary>Adds a backend. ArgumentException when the name is taken or the options are wrong.</summary>
    public Backend Add(BackendOptions backend, long nowUs)
    {
        backend.Validate();
        lock (_gate)
        {
            if (Array.Exists(_all, b => b.Name == backend.Name))
                throw new ArgumentException($"backend {backend.Name}: the name is taken");
            var added = new Backend(backend, _options);
            _all = [.. _all, added];
            _outliers?.KeepBound(_all);
            Rebuild(nowUs);
            return added;
        }
    }

    /// <summary>Takes a backend out. Its requests in flight end as they would. False when there is none of that name.</summary>
    public bool Remove(string name, long nowUs)
    {
        lock (_gate)
        {
            var left = Array.FindAll(_all, b => b.Name != name);
            if (left.Length == _all.Length)
                return false;
            Array.Find(_all, b => b.Name == name)!.IsMember = false;
            _all = left;
            _outliers?.KeepBound(left);
            Rebuild(nowUs);
            return true;
        }
    }

    /// <summary>Changes a weight for the next choice. 0 takes the backend out of choice. False when there is none of that name.</summary>
    public bool SetWeight(string name, double weight, long nowUs)
    {
        BackendOptions.ValidateWeight(name, weight);
        return Change(name, b => b.Weight = weight, nowUs);
    }

    /// <summary>Lets a backend run out of requests, or has it take them again.</summary>
    public bool Drain(string name, bool drain, long nowUs) => Change(name, b => b.IsDraining = drain, nowUs);

    /// <summary>
    /// Tells the outcome of a probe; without <see cref="BackendPoolOptions.ActiveChecks"/> nothing follows from it. As many successes in a row as make a
    /// backend healthy also end an ejection for failures. One for latency takes its time, since probes tell nothing of that.
    /// </summary>
    public void RecordProbe(Backend backend, bool succeeded, long nowUs)
    {
        if (backend.Active is not { } check)
            return;
        lock (_gate)
        {
            if (check.Record(succeeded))
                _stale = true;
            if (!backend.Passive.RecordProbe(succeeded, _options.ActiveChecks!.Healthy))
                return;
            _stale = true;
            _outliers?.KeepBound(_all);
        }
    }

    /// <summary>The backends that may be chosen now.</summary>
    public Roster Current(long nowUs)
    {
        var age = nowUs - Volatile.Read(ref _checkedAtUs);
        if (!_stale && age >= 0 && age < _options.RefreshUs)
            return _roster;
        lock (_gate)
        {
            Rebuild(nowUs);
            return _roster;
        }
    }

    /// <summary>How the backends stand, in one line.</summary>
    public string Standing()
    {
        var all = _all;
        if (all.Length == 0)
            return "no backend is registered";
        var kept = new[] { 0, 0, 0, 0 };
        foreach (var backend in all)
        {
            var by = backend.IsDraining ? 0 : backend.Weight <= 0 ? 1 : backend.Active is { IsHealthy: false } ? 2 : backend.IsEjected ? 3 : -1;
            if (by >= 0)
                kept[by]++;
        }

        string[] words = ["drain", "have no weight", "fail their probes", "are ejected", "have open breakers"];
        var reasons = kept.Append(all.Length - _roster.Count - kept.Sum()).Zip(words).Where(r => r.First > 0).Select(r => $"{r.First} {r.Second}");
        return $"of {all.Length} backends {_roster.Count} can be used: {string.Join(", ", reasons)}";
    }

    internal void Record(in Completion completion, bool isTrial, long nowUs)
    {
        var backend = completion.Backend;
        if (backend.Breaker is { } breaker && breaker.Record(completion.Succeeded, isTrial, nowUs))
            _stale = true;
        if (_outliers is null || isTrial)
            return;
        if (backend.Passive.Record(completion.Succeeded, completion.LatencyUs) < _options.Outliers!.ConsecutiveFailures || !_outliers.MayEject(backend))
            return;
        lock (_gate)
        {
            // never written back as it was read: another thread may set it meanwhile
            if (_outliers.TryEject(backend, nowUs))
                _stale = true;
        }
    }

    private bool Change(string name, Action<Backend> change, long nowUs)
    {
        lock (_gate)
        {
            if (Array.Find(_all, b => b.Name == name) is not { } backend)
                return false;
            change(backend);
            Rebuild(nowUs);
            return true;
        }
    }

    private void Rebuild(long nowUs)
    {
        _stale = false;
        _outliers?.Sweep(_all, nowUs);
        var roster = RosterBuild.Of(_all, _options.Zone, nowUs);
        if (!roster.IsSameAs(_roster))
            _roster = roster;
        Volatile.Write(ref _checkedAtUs, nowUs);
    }
}
