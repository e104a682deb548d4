namespace Granary.Access.Turns;

/// <summary>
/// Lets large requests in by turns, whichever door they come by: of all clients together only so many bytes of them are under way at once, and those
/// that have more wait in line, where clients take turns. So a client that floods a server with batches waits for itself, and a small request of
/// another finds one batch before it rather than hundreds. While others are served, what large requests take is followed by a rest, so that all of
/// them together have a share of the server's time and not the whole.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="bytesAtOnce">Bytes under way at once; one request alone may be larger.</param>
/// <param name="share">Of the time, while others are served; 1 for no rest.</param>
public sealed class LargeRequests(TimeProvider time, int bytesAtOnce, double share)
{
    /// <summary>A request goes at once while it and what its connection has under way are no more bytes than this.</summary>
    public const int Small = 32 * 1024;

    /// <summary>Shorter requests are one submission or a question, and cost a rest to nobody.</summary>
    private const int Batch = 4 * 1024;

    /// <summary>A request that has been under way this long counts no more: it may be a long poll, or slow for other reasons.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Others are being served when one was in this time.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    /// <summary>No more than this counts of the time that 64 KiB were under way.</summary>
    private static readonly TimeSpan LongestOf64K = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly FairLine<Turn> _line = new();
    private readonly LinkedList<Turn> _running = [];
    private (object? Who, long At) _served;
    private (object? Who, long At) _servedBefore;
    private long _underWay;
    private long _restUntil = long.MinValue;
    private ITimer? _timer;

    /// <summary>Bytes of large requests that are under way.</summary>
    public long UnderWay
    {
        get
        {
            lock (_gate)
                return _underWay;
        }
    }

    /// <summary>Requests that wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _line.Count;
        }
    }

    /// <summary>A client that sends no large requests is being served.</summary>
    public void Served(object connection)
    {
        lock (_gate)
        {
            if (!connection.Equals(_served.Who))
                _servedBefore = _served;
            _served = (connection, time.GetTimestamp());
        }
    }

    /// <summary>Completes when a request of so many bytes may begin; <see cref="Leave"/> follows when it has ended.</summary>
    /// <param name="connection">Whose it is: nobody rests for itself.</param>
    /// <param name="bytes">Of the request.</param>
    /// <param name="client">Who takes turns with others in the line, where one client has many connections; null for the connection.</param>
    public ValueTask<Turn> EnterAsync(object connection, int bytes, object? client = null)
    {
        var turn = new Turn(connection, bytes);
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_line.Count == 0 && WaitOf(turn, now) == TimeSpan.Zero)
            {
                Begin(turn, now);
                return new(turn);
            }
            turn.Come = new TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously);
            _line.Add(client ?? connection, turn);
            if (_line.Count == 1)
                AdmitNext(now);
            return new(turn.Come.Task);
        }
    }

    /// <param name="turn">That has ended.</param>
    /// <param name="before">What the request had cost before its turn, where it was decoded already.</param>
    public void Leave(Turn turn, TimeSpan before = default)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (turn.Place is { List: not null })
                Rest(turn, now, before);
            End(turn);
            AdmitNext(now);
        }
    }

    /// <summary>It has ended, and no rest follows: what it took counts with another turn of the same request (<see cref="Leave"/>'s <c>before</c>).</summary>
    public void LeaveWithoutRest(Turn turn)
    {
        lock (_gate)
        {
            End(turn);
            AdmitNext(time.GetTimestamp());
        }
    }

    private void End(Turn turn)
    {
        if (turn.Place is not { List: not null } place) return;
        _running.Remove(place);
        _underWay -= turn.Bytes;
    }

    private void Look()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            while (_running.First is { } oldest && time.GetElapsedTime(oldest.Value.Began, now) >= Longest)
            {
                _running.Remove(oldest);
                _underWay -= oldest.Value.Bytes;
            }
            AdmitNext(now);
        }
    }

    private void AdmitNext(long now)
    {
        while (_line.TryPeek(out var next))
        {
            var wait = WaitOf(next, now);
            if (wait > TimeSpan.Zero)
            {
                _timer ??= time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
                return;
            }
            _line.Take();
            Begin(next, now);
            next.Come!.SetResult(next);
        }
    }

    private void Begin(Turn turn, long now)
    {
        turn.Began = now;
        turn.Place = _running.AddLast(turn);
        _underWay += turn.Bytes;
    }

    /// <summary>How long until it may begin, or until it is worth looking again.</summary>
    private TimeSpan WaitOf(Turn turn, long now)
    {
        if (_underWay > 0 && _underWay + turn.Bytes > bytesAtOnce)
        {
            var left = Longest - time.GetElapsedTime(_running.First!.Value.Began, now);
            return left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1);
        }
        return now < _restUntil && OthersThan(turn.Connection, now) ? time.GetElapsedTime(now, _restUntil) : TimeSpan.Zero;
    }

    private void Rest(Turn turn, long now, TimeSpan before)
    {
        if (share >= 1 || turn.Bytes < Batch || !OthersThan(turn.Connection, now))
            return;
        var took = Math.Min((time.GetElapsedTime(turn.Began, now) + before).TotalSeconds, LongestOf64K.TotalSeconds * turn.Bytes / (64 * 1024)) / _running.Count;
        _restUntil = Math.Max(now, _restUntil) + (long)(took * (1 / share - 1) * time.TimestampFrequency);
    }

    private bool OthersThan(object connection, long now)
    {
        var (who, at) = connection.Equals(_served.Who) ? _servedBefore : _served;
        return who is not null && time.GetElapsedTime(at, now) < Lately;
    }

    /// <summary>The right of one request to be under way.</summary>
    public sealed class Turn(object connection, int bytes)
    {
        public object Connection => connection;

        public int Bytes => bytes;

        internal long Began { get; set; }

        /// <summary>Among those under way.</summary>
        internal LinkedListNode<Turn>? Place { get; set; }

        internal TaskCompletionSource<Turn>? Come { get; set; }
    }
}
