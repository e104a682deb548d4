namespace Granary.Memory.Lazy;

/// <summary>How something is loaded when it is first wanted.</summary>
public sealed record LazyLoaderOptions
{
    /// <summary>A load is given up after this; what it brings later is disposed of.</summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For so long after a failure callers get that failure again instead of another try.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Unloaded when it was not used for so long; infinite: only when told to.</summary>
    public TimeSpan IdleAfter { get; init; } = Timeout.InfiniteTimeSpan;
}

/// <summary>Something dear that is loaded when it is first wanted, once however many want it, and let go when it is idle or memory is tight.</summary>
/// <param name="load">May throw or hang; runs on the thread pool.</param>
public sealed class LazyLoader<T>(string name, Func<CancellationToken, Task<T>> load, LazyLoaderOptions options, TimeProvider time) where T : class
{
    private readonly Lock _lock = new();
    private Task<T>? _loading;
    private T? _value;
    private long _usedAt;
    private long _failedAt;
    private Exception? _failure;
    private int _users;

    public bool IsLoaded => Volatile.Read(ref _value) is not null;

    /// <summary>Loads since it was made.</summary>
    public int Loads { get; private set; }

    /// <summary>The value for as long as the lease is held: it is not unloaded under its user.</summary>
    /// <exception cref="LazyLoadException">It could not be loaded, or was just tried.</exception>
    public async ValueTask<LazyLease<T>> UseAsync(CancellationToken cancel = default)
    {
        while (true)
        {
            Task<T> loading;
            lock (_lock)
            {
                if (_value is { } value)
                {
                    _users++;
                    return new LazyLease<T>(this, value);
                }
                if (_failure is { } failure && time.GetElapsedTime(_failedAt) < options.RetryAfter)
                    throw new LazyLoadException($"{name} could not be loaded {time.GetElapsedTime(_failedAt).TotalSeconds:0.0} s ago and is tried again after {options.RetryAfter.TotalSeconds:0.0} s: {failure.Message}", failure);
                loading = _loading ??= LoadAsync();
            }
            // one caller that gives up does not end the load for the others
            await loading.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Lets it go if nobody uses it.</summary>
    /// <returns>False while somebody does, or when it is not loaded.</returns>
    public bool TryUnload() => Unload(TimeSpan.Zero);

    /// <summary>Lets it go if it was idle for IdleAfter; its owner calls this now and then.</summary>
    public bool UnloadIdle() => options.IdleAfter != Timeout.InfiniteTimeSpan && Unload(options.IdleAfter);

    internal void Release()
    {
        lock (_lock)
        {
            _users--;
            _usedAt = time.GetTimestamp();
        }
    }

    private bool Unload(TimeSpan idle)
    {
        T value;
        lock (_lock)
        {
            if (_value is null || _users > 0 || time.GetElapsedTime(_usedAt) < idle) return false;
            (value, _value) = (_value, null);
        }
        _ = Task.Run(() => DisposeOf(value));
        return true;
    }

    private async Task<T> LoadAsync()
    {
        using var stop = new CancellationTokenSource(options.LoadTimeout, time);
        var making = Task.Run(() => load(stop.Token), CancellationToken.None);
        try
        {
            var value = await making.WaitAsync(options.LoadTimeout, time).ConfigureAwait(ConfigureAwaitOptions.ForceYielding) ?? throw new InvalidOperationException("the loader gave null");
            lock (_lock)
            {
                (_value, _loading, _failure, _usedAt) = (value, null, null, time.GetTimestamp());
                Loads++;
            }
            return value;
        }
        catch (Exception e)
        {
            _ = DisposeLate(making);
            lock (_lock) (_loading, _failure, _failedAt) = (null, e, time.GetTimestamp());
            throw new LazyLoadException($"{name} could not be loaded: {(e is TimeoutException ? $"it took longer than {options.LoadTimeout}" : e.Message)}", e);
        }
    }

    private static async Task DisposeLate(Task<T> making)
    {
        try
        {
            if (await making.ConfigureAwait(false) is { } late) await DisposeOf(late).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // it failed after all, or its destructor did: nothing is left to do
        }
    }

    private static async Task DisposeOf(T value)
    {
        if (value is IAsyncDisposable later) await later.DisposeAsync().ConfigureAwait(false);
        else (value as IDisposable)?.Dispose();
    }
}

/// <summary>The right to use what a <see cref="LazyLoader{T}"/> loaded.</summary>
public sealed class LazyLease<T> : IDisposable where T : class
{
    private LazyLoader<T>? _loader;

    internal LazyLease(LazyLoader<T> loader, T value) => (_loader, Value) = (loader, value);

    public T Value { get; }

    public void Dispose() => Interlocked.Exchange(ref _loader, null)?.Release();
}

/// <summary>Something could not be loaded.</summary>
public sealed class LazyLoadException(string message, Exception inner) : Exception(message, inner);
