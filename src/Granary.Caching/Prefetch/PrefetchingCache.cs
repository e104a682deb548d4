namespace Granary.Caching.Prefetch;

/// <summary>A cache that loads ahead what its <see cref="Prefetcher"/> expects, so many at a time. Thread-safe.</summary>
/// <param name="loader">For requests and for guesses alike; what it throws for a guess is nobody's concern.</param>
/// <param name="atOnce">How many guesses are loaded at a time.</param>
public sealed class PrefetchingCache<TValue>(
    Cache<ulong, TValue> cache, Func<ulong, CancellationToken, Task<TValue>> loader, PrefetchOptions? options = null, int atOnce = 4)
{
    /// <summary>Guesses that wait for their turn; of more than that the oldest are dropped, since what they guessed has mostly come by now.</summary>
    private const int MostWaiting = 64;

    private readonly Lock _lock = new();
    private readonly Prefetcher _prefetcher = new(options);
    private readonly List<ulong> _expected = [];
    private readonly Queue<ulong> _waiting = new();
    private int _loading;

    /// <summary>How good each kind of guess has been.</summary>
    public IReadOnlyList<PrefetchStatistics> Statistics
    {
        get
        {
            lock (_lock) return _prefetcher.Statistics;
        }
    }

    /// <summary>The value; meanwhile what is expected next is loaded.</summary>
    public ValueTask<TValue> GetAsync(ulong key, CancellationToken cancel = default)
    {
        lock (_lock)
        {
            _expected.Clear();
            _prefetcher.Requested(key, _expected);
            foreach (var next in _expected)
            {
                if (_waiting.Count >= MostWaiting) _waiting.Dequeue();
                _waiting.Enqueue(next);
            }
            if (_waiting.Count > 0 && _loading < atOnce)
            {
                _loading++;
                _ = LoadAhead();
            }
        }
        return cache.GetOrLoadAsync(key, loader, cancel: cancel);
    }

    private async Task LoadAhead()
    {
        // Not in the caller's turn: the loader may work before it first waits.
        await Task.Yield();
        while (true)
        {
            ulong key;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out key))
                {
                    _loading--;
                    return;
                }
            }
            try
            {
                await cache.GetOrLoadAsync(key, loader);
            }
            catch (Exception)
            {
                // Whoever asks for the key gets the error then.
            }
        }
    }
}
