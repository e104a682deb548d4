using System.Threading.Channels;
using Npgsql;

namespace Granary.Storage;

/// <summary>
/// Group commit: writes that arrive while one commit is under way share the next, which is one transaction in one round trip. One loop
/// owns the writing connection.
/// </summary>
internal sealed class PostgresCommits
{
    private const long MaxGroupBytes = 32 * 1024 * 1024;
    private const int Attempts = 5;

    /// <summary>Writes that wait for a commit; who comes beyond it waits until there is room.</summary>
    internal const int MostWaiting = 8192;

    private readonly Channel<PostgresWrite> _waiting = Channel.CreateBounded<PostgresWrite>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly NpgsqlDataSource _source;
    private readonly int _maxGroup;
    private readonly string _place;
    private readonly Task _loop;

    public PostgresCommits(NpgsqlDataSource source, PostgresStoreOptions options)
    {
        _source = source;
        _maxGroup = options.MaxGroup;
        _place = options.ToString();
        _loop = Task.Run(Run);
    }

    /// <summary>Transactions made since the start.</summary>
    public long Commits { get; private set; }

    /// <summary>Writes in line, without those of the commit under way.</summary>
    public int Waiting => _waiting.Reader.Count;

    /// <summary>Completes when the write is in line: at once unless <see cref="MostWaiting"/> are.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public async ValueTask AddAsync(PostgresWrite write, CancellationToken cancellationToken)
    {
        try
        {
            if (!_waiting.Writer.TryWrite(write)) await _waiting.Writer.WriteAsync(write, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(PostgresStore));
        }
    }

    /// <summary>Commits what is queued, then ends. Later writes are refused.</summary>
    public Task CloseAsync()
    {
        _waiting.Writer.TryComplete();
        return _loop;
    }

    private async Task Run()
    {
        var group = new List<PostgresWrite>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var bytes = 0L;
            while (group.Count < _maxGroup && bytes < MaxGroupBytes && _waiting.Reader.TryRead(out var write))
            {
                group.Add(write);
                bytes += write.Bytes;
            }
            await Commit(group).ConfigureAwait(false);
            group.Clear();
        }
    }

    private async Task Commit(List<PostgresWrite> group)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Send(group).ConfigureAwait(false);
                Commits++;
                break;
            }
            catch (Exception e) when (attempt < Attempts && PostgresFault.IsTransient(e))
            {
                // rolled back as a whole, so it can be made again
            }
            catch (Exception e)
            {
                var fault = PostgresFault.From(e, _place);
                foreach (var write in group) write.Fail(fault);
                return;
            }
        }
        foreach (var write in group) write.Complete();
    }

    /// <summary>A batch without a transaction of its own is one: PostgreSQL commits at its end, and the reader's end waits for that.</summary>
    private async Task Send(List<PostgresWrite> group)
    {
        await using var connection = await _source.OpenConnectionAsync().ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection);
        var appends = group.OfType<PostgresAppend>().ToList() is { Count: > 0 } some ? new AppendCommand(some) : null;
        if (appends is not null) batch.BatchCommands.Add(appends.Command());
        foreach (var write in group)
            if (write is not PostgresAppend) batch.BatchCommands.Add(write.Command());
        await using var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        if (appends is not null)
        {
            await reader.ReadAsync().ConfigureAwait(false);
            appends.Read(reader.GetFieldValue<long[]>(0));
            await reader.NextResultAsync().ConfigureAwait(false);
        }
        foreach (var write in group)
        {
            if (write is PostgresAppend) continue;
            await reader.ReadAsync().ConfigureAwait(false);
            write.Read(reader);
            await reader.NextResultAsync().ConfigureAwait(false);
        }
        await reader.CloseAsync().ConfigureAwait(false);
    }
}
