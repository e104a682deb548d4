using Granary.Rest.Http;

namespace Granary.Rest.Repeats;

/// <summary>
/// Replies to changes by their Idempotency-Key, for a bounded time and number. A repeat waits for the first to end and gets its reply;
/// the same key with another request is refused. Only changes that were made are remembered: a refused one may be tried again.
/// </summary>
internal sealed class RepeatedReplies(RestOptions options, TimeProvider time)
{
    private sealed class Reply(string fingerprint, DateTimeOffset at)
    {
        public string Fingerprint { get; } = fingerprint;
        public DateTimeOffset At { get; } = at;
        public TaskCompletionSource<object?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, Reply Reply)>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, Reply Reply)> _oldestFirst = new();

    /// <summary>How many are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _byKey.Count;
        }
    }

    /// <summary>The reply of the first call with this key, made now or before.</summary>
    /// <param name="key">Chosen by the caller.</param>
    /// <param name="fingerprint">Equal for equal requests only.</param>
    /// <param name="change">Makes the change.</param>
    /// <returns>The reply, and whether it is a repeat.</returns>
    /// <exception cref="RestException">422 when the key was used for another request.</exception>
    public async Task<(object? Result, bool Repeated)> Once(string key, string fingerprint, Func<Task<object?>> change)
    {
        while (true)
        {
            if (Enter(key, fingerprint) is { } first)
            {
                try
                {
                    return (await first.Result.Task, true);
                }
                catch (Exception) when (first.Result.Task.IsFaulted || first.Result.Task.IsCanceled)
                {
                    // The first was not made: this one tries itself.
                    continue;
                }
            }
            return (await Make(key, change), false);
        }
    }

    /// <summary>The reply to wait for, or null when the caller is the first.</summary>
    private Reply? Enter(string key, string fingerprint)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            while (_oldestFirst.First is { } oldest && (now - oldest.Value.Reply.At > options.RepeatWindow || _byKey.Count > options.RepeatKeys))
                Remove(oldest);
            if (_byKey.TryGetValue(key, out var known))
            {
                return known.Value.Reply.Fingerprint == fingerprint
                    ? known.Value.Reply
                    : throw new RestException(422, $"the Idempotency-Key '{Text.Clip(key[(key.IndexOf(' ', StringComparison.Ordinal) + 1)..])}' was used for another request; choose a new key for a new change");
            }
            _byKey[key] = _oldestFirst.AddLast((key, new Reply(fingerprint, now)));
            return null;
        }
    }

    private async Task<object?> Make(string key, Func<Task<object?>> change)
    {
        LinkedListNode<(string Key, Reply Reply)> mine;
        lock (_gate) mine = _byKey[key];
        try
        {
            var result = await change();
            mine.Value.Reply.Result.SetResult(result);
            return result;
        }
        catch (Exception error)
        {
            lock (_gate) Remove(mine);
            mine.Value.Reply.Result.SetException(error);
            // Nobody need be waiting; the caller of the first sees the error itself.
            _ = mine.Value.Reply.Result.Task.Exception;
            throw;
        }
    }

    private void Remove(LinkedListNode<(string Key, Reply Reply)> node)
    {
        if (node.List is null) return;
        _oldestFirst.Remove(node);
        if (_byKey.TryGetValue(node.Value.Key, out var current) && ReferenceEquals(current, node)) _byKey.Remove(node.Value.Key);
    }
}
