namespace Granary.Storage;

/// <summary>
/// Group commit: writes that arrive while one commit is under way share the next. One thread owns the writing connection, takes all
/// that waits, makes one transaction of it, and then completes every caller.
/// </summary>
internal sealed class CommitQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly WriteConnection _connection;
    private readonly int _maxGroup;
    private readonly Thread _thread;
    private List<Write> _waiting = [];
    private bool _sleeping;
    private bool _closed;

    public CommitQueue(WriteConnection connection, int maxGroup)
    {
        _connection = connection;
        _maxGroup = maxGroup;
        _thread = new Thread(Run) { Name = "granary-commit", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Transactions made since the start.</summary>
    public long Commits { get; private set; }

    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public void Add(Write write)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteStore));
            _waiting.Add(write);
            if (!_sleeping) return;
            _sleeping = false;
        }
        _arrived.Release();
    }

    /// <summary>Commits what is queued, then ends the thread. Later writes are refused.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            if (_sleeping)
            {
                _sleeping = false;
                _arrived.Release();
            }
        }
        _thread.Join();
        _arrived.Dispose();
    }

    private void Run()
    {
        var taken = new List<Write>();
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    if (_closed) return;
                    _sleeping = true;
                }
                else (taken, _waiting) = (_waiting, taken);
            }
            if (taken.Count == 0)
            {
                _arrived.Wait();
                continue;
            }
            for (var start = 0; start < taken.Count; start += _maxGroup)
                Commit(taken, start, Math.Min(taken.Count, start + _maxGroup));
            taken.Clear();
        }
    }

    private void Commit(List<Write> writes, int start, int end)
    {
        try
        {
            _connection.Begin();
            for (var i = start; i < end; i++) writes[i].Apply(_connection);
            _connection.Commit();
            Commits++;
        }
        catch (Exception e)
        {
            _connection.Rollback();
            var fault = e as StorageException ?? new StorageException($"a write to {_connection.Path} failed: {e.Message}", e);
            for (var i = start; i < end; i++) writes[i].Fail(fault);
            return;
        }
        for (var i = start; i < end; i++) writes[i].Complete();
    }
}
