namespace Granary.Caching.Core;

/// <summary>One call of a loader for many keys, cancelled when nobody waits for any of them any more.</summary>
internal sealed class BatchLoad<TKey, TValue>
    where TKey : notnull
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<TKey, TValue>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancel = new();
    private int _waited;

    /// <summary>Those that nobody else was loading already.</summary>
    public List<TKey> Keys { get; } = [];

    /// <summary>The loader of one key of the batch. Called for all of them before <see cref="Run"/>.</summary>
    public async Task<Lookup<TValue>> Load(TKey key, CancellationToken cancel)
    {
        Keys.Add(key);
        Interlocked.Increment(ref _waited);
        await using var left = cancel.UnsafeRegister(_ =>
        {
            if (Interlocked.Decrement(ref _waited) == 0) _cancel.Cancel();
        }, null);
        return (await _answer.Task.WaitAsync(cancel)).TryGetValue(key, out var value) ? Lookup<TValue>.Of(value) : Lookup<TValue>.Absent;
    }

    public async Task Run(Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> loader)
    {
        try
        {
            _answer.TrySetResult(await loader(Keys, _cancel.Token));
        }
        catch (Exception e)
        {
            _answer.TrySetException(e);
            _ = _answer.Task.Exception;
        }
    }
}
