using System.Runtime.CompilerServices;
using Granary.Model;
using Npgsql;

namespace Granary.Storage;

public sealed partial class PostgresStore
{
    private const int TasksAtOnce = 1000;

    public async IAsyncEnumerable<StoreItem> ExportAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var connection = await Guard(_options, () => _readers.OpenConnectionAsync(cancellationToken).AsTask()).ConfigureAwait(false);
        await using var moment = await Guard(_options, () =>
            connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken).AsTask()).ConfigureAwait(false);
        foreach (var pool in await Guard(_options, () => Pools(connection, cancellationToken)).ConfigureAwait(false))
        {
            var journal = new PostgresJournal(connection, Place, pool);
            var recovery = await Guard(_options, () => journal.Recover(cancellationToken)).ConfigureAwait(false);
            yield return new StoreItem.Pool(pool, recovery.LastSequence);
            if (recovery.SnapshotSequence > 0) yield return new StoreItem.Snapshot(recovery.SnapshotSequence, recovery.Snapshot);
            for (var after = recovery.SnapshotSequence; ;)
            {
                var page = await Guard(_options, () => journal.Page(after, cancellationToken)).ConfigureAwait(false);
                if (page.Count == 0) break;
                foreach (var record in page) yield return new StoreItem.Record(record);
                after = page[^1].Sequence;
            }
            for (var after = 0L; ;)
            {
                var tasks = await Guard(_options, () => TasksAfter(connection, pool, after, cancellationToken)).ConfigureAwait(false);
                if (tasks.Count == 0) break;
                foreach (var task in tasks) yield return new StoreItem.Finished(task);
                after = tasks[^1].Id.Number;
            }
        }
        foreach (var state in await Guard(_options, () => States(connection, cancellationToken)).ConfigureAwait(false)) yield return state;
    }

    private static async Task<List<TaskView>> TasksAfter(NpgsqlConnection connection, string pool, long after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {PostgresTaskSelection.Columns} FROM task WHERE pool = (SELECT id FROM pool WHERE name = $1) AND number > $2 ORDER BY number LIMIT $3", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pool });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = TasksAtOnce });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var reader = new PostgresTaskReader(pool);
        var tasks = new List<TaskView>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) tasks.Add(reader.Read(rows));
        return tasks;
    }

    private static async Task<List<StoreItem>> States(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT etag, data, grain_type, grain_key, state_name FROM state ORDER BY grain_type, state_name, grain_key", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var states = new List<StoreItem>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var key = new GrainStateKey(PostgresText.From(rows.GetString(2)), PostgresText.From(rows.GetString(3)), PostgresText.From(rows.GetString(4)));
            states.Add(new StoreItem.State(key, Record(rows)));
        }
        return states;
    }
}
