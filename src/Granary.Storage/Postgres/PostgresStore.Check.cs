using System.Globalization;
using Npgsql;

namespace Granary.Storage;

public sealed partial class PostgresStore
{
    public async Task<StoreCheck> CheckAsync(CancellationToken cancellationToken = default)
    {
        var problems = new List<string>();
        var pools = await PoolsAsync(cancellationToken).ConfigureAwait(false);
        var journal = 0L;
        foreach (var pool in pools) journal += await CheckPool(pool, problems, cancellationToken).ConfigureAwait(false);
        var (tasks, states) = await Read(async connection => (
            await Count(connection, "SELECT count(*) FROM task", cancellationToken).ConfigureAwait(false),
            await Count(connection, "SELECT count(*) FROM state WHERE data IS NOT NULL", cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        return new StoreCheck(pools.Count, journal, tasks, states, problems);
    }

    public Task<IReadOnlyList<string>> PoolsAsync(CancellationToken cancellationToken = default) =>
        Read(connection => Pools(connection, cancellationToken), cancellationToken);

    private static async Task<IReadOnlyList<string>> Pools(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT name FROM pool ORDER BY id", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var pools = new List<string>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) pools.Add(rows.GetString(0));
        return pools;
    }

    /// <summary>Reads the snapshot and every record behind it, which finds gaps and wrong checksums. One moment: servers may go on writing.</summary>
    private async Task<long> CheckPool(string pool, List<string> problems, CancellationToken cancellationToken)
    {
        var records = 0L;
        try
        {
            return await ReadMoment(async connection =>
            {
                var journal = new PostgresJournal(connection, Place, pool);
                var recovery = await journal.Recover(cancellationToken).ConfigureAwait(false);
                var after = recovery.SnapshotSequence;
                while (await journal.Page(after, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
                {
                    records += page.Count;
                    after = page[^1].Sequence;
                }
                if (after != recovery.LastSequence)
                {
                    problems.Add(string.Create(CultureInfo.InvariantCulture,
                        $"{Place}: the journal of pool '{pool}' ends at {after}, not at {recovery.LastSequence}"));
                }
                return records;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            problems.Add(e.Message);
            return records;
        }
    }

    private static async Task<long> Count(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
