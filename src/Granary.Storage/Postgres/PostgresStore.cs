using Npgsql;

namespace Granary.Storage;

/// <summary>
/// The store for clusters: several servers on one database, each with a connection that writes and some that read. What keeps two
/// activations of a pool apart is the sequence, which the database compares under the pool's row lock.
/// </summary>
public sealed partial class PostgresStore : IStore, IDisposable
{
    private readonly PostgresStoreOptions _options;
    private readonly NpgsqlDataSource _writer;
    private readonly NpgsqlDataSource _readers;
    private readonly PostgresCommits _commits;

    private PostgresStore(PostgresStoreOptions options, NpgsqlDataSource writer, NpgsqlDataSource readers)
    {
        _options = options;
        Place = options.ToString();
        _writer = writer;
        _readers = readers;
        _commits = new PostgresCommits(writer, options);
    }

    /// <summary>Server, database and schema, for messages.</summary>
    public string Place { get; }

    /// <summary>Transactions made since the store was opened, to be compared with the writes they held.</summary>
    public long Commits => _commits.Commits;

    /// <summary>Writes in line for a commit, at most <see cref="PostgresCommits.MostWaiting"/>.</summary>
    internal int Waiting => _commits.Waiting;

    /// <summary>Opens a database whose tables are there.</summary>
    /// <exception cref="StorageException">Not reachable, without tables, of a newer build, or not allowed.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresStoreOptions options, CancellationToken cancellationToken = default)
    {
        var parts = options.Validate();
        await Guard(options, async () =>
        {
            await using var probe = Source(parts, 1);
            await using var connection = await probe.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            PostgresSchema.Check(await PostgresSchema.VersionAsync(connection, options, cancellationToken).ConfigureAwait(false), options);
            await using var synchronous = new NpgsqlCommand("SHOW synchronous_commit", connection);
            // what is acknowledged is durable, whatever the database's default is
            if (await synchronous.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is "off")
                parts.Options = $"{parts.Options} -c synchronous_commit=on".TrimStart();
            return true;
        }).ConfigureAwait(false);
        return new PostgresStore(options, Source(parts, 1), Source(parts, options.Readers));
    }

    /// <summary>Makes the tables, or takes them to this build's version. Returns the version found before: 0 for none.</summary>
    /// <exception cref="StorageException">Not reachable, of a newer build, or not allowed.</exception>
    public static Task<int> InitializeAsync(PostgresStoreOptions options, CancellationToken cancellationToken = default) =>
        InitializeAsync(options, PostgresTables.Steps, cancellationToken);

    internal static Task<int> InitializeAsync(PostgresStoreOptions options, IReadOnlyList<string> steps, CancellationToken cancellationToken)
    {
        var parts = options.Validate();
        return Guard(options, async () =>
        {
            await using var source = Source(parts, 1);
            var found = await PostgresSchema.EnsureAsync(source, options, steps, cancellationToken).ConfigureAwait(false);
            PostgresSchema.CheckNotNewer(found, options);
            return found;
        });
    }

    /// <summary>Commits what is queued and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commits.CloseAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    internal static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder parts, int connections) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(parts.ConnectionString) { Pooling = true, MinPoolSize = 0, MaxPoolSize = connections });

    internal static async Task<T> Guard<T>(PostgresStoreOptions options, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or InvalidCastException)
        {
            throw PostgresFault.From(e, options.ToString());
        }
    }

    private Task<T> Queue<T>(PostgresWrite<T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var added = _commits.AddAsync(write, cancellationToken);
        return added.IsCompletedSuccessfully ? write.Made : QueueWhenRoom(added, write);
    }

    private static async Task<T> QueueWhenRoom<T>(ValueTask added, PostgresWrite<T> write)
    {
        await added.ConfigureAwait(false);
        return await write.Made.ConfigureAwait(false);
    }

    /// <summary>Runs <paramref name="read"/> on a connection of its own, in one transaction that sees one moment.</summary>
    private Task<T> Read<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) => Guard(_options, async () =>
    {
        await using var connection = await _readers.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await read(connection).ConfigureAwait(false);
    });

    private Task<T> ReadMoment<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) => Read(async connection =>
    {
        await using var moment = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        var result = await read(connection).ConfigureAwait(false);
        await moment.CommitAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }, cancellationToken);
}
