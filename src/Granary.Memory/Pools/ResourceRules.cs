namespace Granary.Memory.Pools;

/// <summary>How objects of one kind are made, checked and let go. Any of these may throw; <see cref="Create"/>, <see cref="Destroy"/> and <see cref="Check"/> may also hang.</summary>
public sealed record ResourceRules<T> where T : class
{
    /// <summary>Makes one object. Runs on the thread pool; the token is cancelled at the pool's CreateTimeout.</summary>
    public required Func<CancellationToken, ValueTask<T>> Create { get; init; }

    /// <summary>Lets one object go, on the thread pool. Default: its DisposeAsync or Dispose where it has one.</summary>
    public Func<T, ValueTask>? Destroy { get; init; } = DefaultDestroy();

    /// <summary>Whether an object that was used before may be used again; asked in the acquiring thread, so it must be quick.</summary>
    public Func<T, bool>? Validate { get; init; }

    /// <summary>Makes a returned object ready for the next, in the returning thread; false lets it go.</summary>
    public Func<T, bool>? Reset { get; init; }

    /// <summary>Whether an idle object is still healthy; runs on the thread pool, the token is cancelled at HealthCheckTimeout.</summary>
    public Func<T, CancellationToken, ValueTask<bool>>? Check { get; init; }

    /// <summary>Rules whose factory and destructor are plain calls.</summary>
    public static ResourceRules<T> Of(Func<T> create, Action<T>? destroy = null)
    {
        var rules = new ResourceRules<T> { Create = _ => ValueTask.FromResult(create()) };
        if (destroy is null) return rules;
        return rules with
        {
            Destroy = value =>
            {
                destroy(value);
                return ValueTask.CompletedTask;
            },
        };
    }

    /// <summary>Null where no object of this type can need it, which makes letting go free.</summary>
    private static Func<T, ValueTask>? DefaultDestroy()
    {
        var type = typeof(T);
        if (type.IsSealed && !typeof(IDisposable).IsAssignableFrom(type) && !typeof(IAsyncDisposable).IsAssignableFrom(type)) return null;
        return static value =>
        {
            if (value is IAsyncDisposable later) return later.DisposeAsync();
            (value as IDisposable)?.Dispose();
            return ValueTask.CompletedTask;
        };
    }
}
