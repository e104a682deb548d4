namespace Granary.Memory.Pools;

public sealed partial class ResourcePool<T>
{
    private readonly string?[]? _holders;
    private readonly ITimer _sweeper;
    private int _expected;
    private int _sweeping;
    private int _checkingRound;
    private int _checking;
    private long _checkedAt;

    public void Expect(int demand)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(demand);
        Volatile.Write(ref _expected, Math.Min(demand, _options.MaxSize));
        Replenish();
    }

    public IReadOnlyList<PoolLeak> Leaks()
    {
        var leaks = new List<PoolLeak>();
        var (now, limit) = (_time.GetTimestamp(), Ticks(_options.LeakAfter));
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            var held = now - Volatile.Read(ref _slots[slot].LastUsed);
            if ((Volatile.Read(ref _slots[slot].Version) & 1) != 0 && held >= limit)
                leaks.Add(new PoolLeak(slot, _time.GetElapsedTime(now - held, now), _holders?[slot]));
        }
        leaks.Sort((a, b) => b.Held.CompareTo(a.Held));
        return leaks;
    }

    /// <summary>Lets go what is idle or old, writes off leaks, and fills up to the minimum. The pool does this by itself every SweepEvery.</summary>
    public void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0) return;
        try
        {
            Volatile.Write(ref _now, _time.GetTimestamp());
            Trim();
            if (_options.WriteOffLeaks) WriteOff();
            Replenish();
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    /// <summary>Asks every idle object's health, one after another, and destroys those that are not well. The pool does this by itself every HealthCheckEvery.</summary>
    public async Task CheckHealthAsync()
    {
        if (_rules.Check is not { } rule || Interlocked.Exchange(ref _checkingRound, 1) != 0) return;
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            if (!_idle.TryRemove(slot)) continue;
            Interlocked.Increment(ref _checking);
            var well = await IsWellAsync(rule, _slots[slot].Value!).ConfigureAwait(false);
            Interlocked.Decrement(ref _checking);
            if (well) Offer(slot);
            else LetGo(slot, ref _broken);
        }
        Volatile.Write(ref _checkingRound, 0);
    }

    private async Task<bool> IsWellAsync(Func<T, CancellationToken, ValueTask<bool>> rule, T value)
    {
        using var cancel = new CancellationTokenSource(_options.HealthCheckTimeout, _time);
        var checking = Task.Run(() => rule(value, cancel.Token).AsTask(), CancellationToken.None);
        try
        {
            return await checking.WaitAsync(_options.HealthCheckTimeout, _time).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _lastError = error;
            _ = checking.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return false;
        }
    }

    /// <summary>From the highest slot down, since the lowest are taken first and so are the warm ones.</summary>
    private void Trim()
    {
        var (keep, limit) = (Kept(), Ticks(_options.IdleTimeout));
        var live = Live();
        for (var slot = _slots.Length - 1; slot >= 0; slot--)
        {
            if (!_idle.Contains(slot)) continue;
            var old = _now - Volatile.Read(ref _slots[slot].Created) >= _lifetime;
            var unused = live > keep && _now - Volatile.Read(ref _slots[slot].LastUsed) >= limit;
            if (!old && !unused || !_idle.TryRemove(slot)) continue;
            live--;
            LetGo(slot, ref old ? ref _expired : ref _idledOut);
        }
    }

    private void WriteOff()
    {
        var limit = Ticks(_options.LeakAfter);
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            ref var held = ref _slots[slot];
            var version = Volatile.Read(ref held.Version);
            var value = held.Value;
            if ((version & 1) == 0 || value is null || _now - Volatile.Read(ref held.LastUsed) < limit) continue;
            // noted first, so that a return which comes right after finds it
            _strayed[(slot, version)] = value;
            if (Interlocked.CompareExchange(ref held.Version, version + 1, version) != version)
            {
                _strayed.TryRemove((slot, version), out _);
                continue;
            }
            held.Value = null;
            Interlocked.Increment(ref _writtenOff);
            Free(slot);
        }
    }

    /// <summary>Has made what is missing to the minimum and the expected demand.</summary>
    private void Replenish()
    {
        lock (_lock)
        {
            if ((_gate & ClosedGate) != 0) return;
            CreateUpTo(Math.Max(_waiters.Count, Kept() - Live() + _creating));
        }
    }

    /// <summary>Objects that are there or being made; those being destroyed serve nobody.</summary>
    private int Live() => _slots.Length - _empty.Count - Volatile.Read(ref _destroying);

    private int Kept() => Math.Max(_options.MinSize, Volatile.Read(ref _expected));

    /// <summary>A timer that does not keep a forgotten pool alive.</summary>
    private ITimer StartSweeper() => _time.CreateTimer(static pool =>
    {
        if (((WeakReference<ResourcePool<T>>)pool!).TryGetTarget(out var target)) target.OnTimer();
    }, new WeakReference<ResourcePool<T>>(this), _options.SweepEvery, _options.SweepEvery);

    private void OnTimer()
    {
        Sweep();
        if (_now - _checkedAt < Ticks(_options.HealthCheckEvery)) return;
        _checkedAt = _now;
        _ = CheckHealthAsync();
    }
}
