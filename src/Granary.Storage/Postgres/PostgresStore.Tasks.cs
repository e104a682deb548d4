using Granary.Abstractions;
using Granary.Model;
using Npgsql;

namespace Granary.Storage;

public sealed partial class PostgresStore
{
    public Task<TaskPage> ListAsync(string pool, TaskQuery query, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        StoreArguments.CheckQuery(query);
        return Read(async connection =>
        {
            await using var command = PostgresTaskSelection.Command(connection, pool, query);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var reader = new PostgresTaskReader(pool);
            var tasks = new List<TaskView>(Math.Min(query.Limit, 1024));
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (tasks.Count == query.Limit) return new TaskPage(tasks, tasks[^1].Id.Number);
                tasks.Add(reader.Read(rows));
            }
            return new TaskPage(tasks, 0);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<TaskView>> EndedAfterAsync(string pool, DateTimeOffset ended, long number, int most, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return Read<IReadOnlyList<TaskView>>(async connection =>
        {
            await using var command = new NpgsqlCommand(
                $"SELECT {PostgresTaskSelection.Columns} FROM task WHERE pool = (SELECT id FROM pool WHERE name = $1) AND (finished, number) > ($2, $3) ORDER BY finished, number LIMIT $4", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pool });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = UnixTime.Micros(ended) });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var reader = new PostgresTaskReader(pool);
            var found = new List<TaskView>();
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(reader.Read(rows));
            return found;
        }, cancellationToken);
    }

    public async Task<TaskView?> GetAsync(string pool, long number, CancellationToken cancellationToken = default)
    {
        var found = await GetManyAsync(pool, [number], cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyList<TaskView>> GetManyAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        var reader = new PostgresTaskReader(pool);
        var found = await Find(pool, numbers, PostgresTaskSelection.Columns, reader.Read, cancellationToken).ConfigureAwait(false);
        return [.. numbers.Where(found.ContainsKey).Select(n => found[n])];
    }

    public async Task<IReadOnlyDictionary<long, TaskState>> StatesAsync(
        string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        return await Find(pool, numbers, "number, state", row => (TaskState)row.GetInt16(1), cancellationToken).ConfigureAwait(false);
    }

    public Task<int> DeleteFinishedBeforeAsync(string pool, DateTimeOffset before, int maxRows, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        return Queue(new PostgresDeleteFinished(pool, before, maxRows), cancellationToken);
    }

    private Task<Dictionary<long, T>> Find<T>(string pool, IReadOnlyList<long> numbers, string columns,
        Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => Read(async connection =>
        {
            await using var command = new NpgsqlCommand(
                $"SELECT {columns} FROM task WHERE pool = (SELECT id FROM pool WHERE name = $1) AND number = ANY($2)", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pool });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. numbers] });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var found = new Dictionary<long, T>(numbers.Count);
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) found[rows.GetInt64(0)] = read(rows);
            return found;
        }, cancellationToken);
}
