using System.Collections.Concurrent;

namespace Granary.Storage;

/// <summary>Connections that only read, each lent to one reader at a time. Reading goes on beside the writer: SQLite's WAL mode.</summary>
internal sealed class ReaderPool(string path, int most) : IDisposable
{
    private readonly ConcurrentBag<Database> _idle = [];
    private readonly SemaphoreSlim _free = new(most);
    private volatile bool _closed;

    /// <summary>Runs <paramref name="read"/> off the caller's thread, so that a grain's turn never waits for the disk.</summary>
    public async Task<T> Read<T>(Func<Database, T> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(SqliteStore));
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => OnConnection(read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Closes what is idle; a connection that is lent closes when it comes back.</summary>
    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var database)) database.Dispose();
    }

    private T OnConnection<T>(Func<Database, T> read)
    {
        if (!_idle.TryTake(out var database)) database = Database.Open(path, readOnly: true);
        var sound = false;
        try
        {
            var result = read(database);
            sound = true;
            return result;
        }
        finally
        {
            if (sound) _idle.Add(database);
            else database.Dispose();
            if (_closed) Dispose();
        }
    }
}
