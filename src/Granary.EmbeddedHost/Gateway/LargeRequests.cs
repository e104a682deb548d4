namespace Granary.EmbeddedHost.Gateway;

/// <summary>
/// Lets large requests in by turns, before they are decoded: of all connections together only so many bytes of them are under way at once, and the
/// connections that have more wait in line, each with one. So a client that floods a server with batches waits for itself, and a small request of
/// another finds one batch before it rather than hundreds.
/// </summary>
internal sealed class LargeRequests(TimeProvider time, int bytesAtOnce)
{
    /// <summary>Requests up to this many bytes always go at once.</summary>
    public const int Small = 32 * 1024;

    /// <summary>A request that has waited this long goes in: those before it may be long polls, or slow for other reasons.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<(int Bytes, TaskCompletionSource Turn)> _line = [];
    private long _underWay;

    /// <summary>Bytes of large requests that are under way.</summary>
    public long UnderWay
    {
        get
        {
            lock (_gate)
                return _underWay;
        }
    }

    /// <summary>Completes when a request of so many bytes may begin; <see cref="Leave"/> follows when it has ended.</summary>
    public async ValueTask EnterAsync(int bytes)
    {
        LinkedListNode<(int, TaskCompletionSource Turn)> place;
        lock (_gate)
        {
            // one alone may be larger than all that are let in together
            if (_line.Count == 0 && (_underWay == 0 || _underWay + bytes <= bytesAtOnce))
            {
                _underWay += bytes;
                return;
            }
            place = _line.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        using var limit = new CancellationTokenSource(Longest, time);
        await using var late = limit.Token.UnsafeRegister(_ => Admit(place, bytes), null);
        await place.Value.Turn.Task.ConfigureAwait(false);
    }

    public void Leave(int bytes)
    {
        lock (_gate)
        {
            _underWay -= bytes;
            while (_line.First is { } next && (_underWay == 0 || _underWay + next.Value.Bytes <= bytesAtOnce))
                Begin(next, next.Value.Bytes);
        }
    }

    private void Admit(LinkedListNode<(int, TaskCompletionSource)> place, int bytes)
    {
        lock (_gate)
        {
            if (place.List is not null)
                Begin(place, bytes);
        }
    }

    private void Begin(LinkedListNode<(int, TaskCompletionSource Turn)> place, int bytes)
    {
        _line.Remove(place);
        _underWay += bytes;
        place.Value.Turn.SetResult();
    }
}
