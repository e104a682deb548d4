using System.Collections.Concurrent;

namespace Granary.Memory.Pools;

public sealed partial class ResourcePool<T>
{
    /// <summary>Objects of leases that were written off, until their holders return them.</summary>
    private readonly ConcurrentDictionary<(int Slot, int Version), T> _strayed = new();
    private int _creating;
    private int _destroying;

    /// <summary>Has objects made until so many are being made or every slot is taken; under the lock.</summary>
    private void CreateUpTo(int wanted)
    {
        while (_creating < wanted && _empty.TryTake(out var slot))
        {
            _creating++;
            _ = CreateAsync(slot);
        }
    }

    /// <summary>Fills a slot, or frees it and tells the first who waits why.</summary>
    private async Task CreateAsync(int slot)
    {
        var cancel = new CancellationTokenSource(_options.CreateTimeout, _time);
        var making = Task.Run(() => _rules.Create(cancel.Token).AsTask(), CancellationToken.None);
        try
        {
            var made = await making.WaitAsync(_options.CreateTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            cancel.Dispose();
            Publish(slot, made ?? throw new InvalidOperationException("the factory gave null"));
        }
        catch (Exception error)
        {
            if (making.IsCompleted) Interlocked.Increment(ref _createFailures);
            else
            {
                error = new TimeoutException($"the factory took longer than {_options.CreateTimeout} and was given up");
                Interlocked.Increment(ref _createsAbandoned);
            }
            _ = DestroyLateAsync(making, cancel);
            _lastError = error;
            lock (_lock)
            {
                _creating--;
                _empty.Add(slot);
                Complete(PoolWaiter.CreateFailed, error);
                Serve();
            }
        }
    }

    private void Publish(int slot, T made)
    {
        ref var filled = ref _slots[slot];
        filled.Value = made;
        filled.Created = filled.LastUsed = _time.GetTimestamp();
        filled.Fresh = true;
        Interlocked.Increment(ref _created);
        lock (_lock) _creating--;
        Offer(slot);
    }

    /// <summary>Destroys what an abandoned factory makes after all; nothing where it fails.</summary>
    private async Task DestroyLateAsync(Task<T> making, CancellationTokenSource cancel)
    {
        try
        {
            var made = await making.ConfigureAwait(false);
            if (made is not null) await DestroyAsync(made).ConfigureAwait(false);
        }
        catch (Exception) when (making.IsFaulted || making.IsCanceled)
        {
            // it failed after all: told already, and there is nothing to destroy
        }
        finally
        {
            cancel.Dispose();
        }
    }

    private void LetGo(int slot, ref long counter)
    {
        Interlocked.Increment(ref counter);
        _ = Destroy(slot);
    }

    /// <summary>Destroys the object of a slot that the caller took, then frees the slot, whatever the destructor does.</summary>
    private Task Destroy(int slot)
    {
        ref var taken = ref _slots[slot];
        var value = taken.Value!;
        taken.Value = null;
        if (_rules.Destroy is null)
        {
            Interlocked.Increment(ref _destroyed);
            Free(slot);
            return Task.CompletedTask;
        }
        Interlocked.Increment(ref _destroying);
        return DestroyAndFreeAsync(slot, value);
    }

    private async Task DestroyAndFreeAsync(int slot, T value)
    {
        await DestroyAsync(value).ConfigureAwait(false);
        Interlocked.Decrement(ref _destroying);
        Free(slot);
        Replenish(); // the sweep that found it missing may have found no free slot
    }

    /// <summary>Runs the destructor for at most DestroyTimeout; what it throws is counted, not thrown.</summary>
    private async Task DestroyAsync(T value)
    {
        if (_rules.Destroy is not { } rule) return;
        var destroying = Task.Run(() => rule(value).AsTask());
        try
        {
            await destroying.WaitAsync(_options.DestroyTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            Interlocked.Increment(ref _destroyed);
        }
        catch (Exception error)
        {
            Interlocked.Increment(ref destroying.IsCompleted ? ref _destroyFailures : ref _destroysAbandoned);
            _lastError = error;
            _ = destroying.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <summary>Makes a slot without an object free, and has an object made where somebody waits for one.</summary>
    private void Free(int slot)
    {
        _empty.Add(slot);
        var gate = Volatile.Read(ref _gate);
        if (gate != 0 && (gate & ClosedGate) == 0) Serve();
    }

    /// <summary>A return of what is no longer leased: of a lease that was written off, or a second one.</summary>
    private void ReturnLate(int slot, int version)
    {
        if (_strayed.TryRemove((slot, version), out var value)) _ = DestroyAsync(value);
        else Interlocked.Increment(ref _strayReturns);
    }
}
