namespace Granary.Caching.Core;

/// <summary>One call of a loader, for which any number of callers wait. It is cancelled when the last of them has gone.</summary>
internal sealed class Load<TValue>
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<Lookup<TValue>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancel;
    private int _waiting;
    private bool _left;

    public Load(TimeSpan timeout, TimeProvider time)
    {
        _cancel = new CancellationTokenSource(timeout, time);
        _cancel.Token.Register(() => Fail(new TimeoutException($"loading took longer than {timeout.TotalSeconds:0.###} s, or nobody waited any more")));
    }

    public CancellationToken Cancel => _cancel.Token;

    public Task<Lookup<TValue>> Result => _result.Task;

    /// <summary>Set when the key was written or removed meanwhile: what is being loaded may be older than that, and must not be kept.</summary>
    public bool Overtaken { get; set; }

    /// <summary>False when all others have gone and it was cancelled: then a new one is needed.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_left) return false;
            _waiting++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_waiting > 0 || _result.Task.IsCompleted) return;
            _left = true;
        }
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in this moment.
        }
    }

    public void Succeed(Lookup<TValue> value) => _result.TrySetResult(value);

    public void Fail(Exception e)
    {
        _result.TrySetException(e);
        // Somebody may have gone before it failed; then nobody looks at the exception.
        _ = _result.Task.Exception;
    }

    public void Dispose() => _cancel.Dispose();
}
