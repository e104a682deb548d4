using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage;

public sealed partial class SqliteStore
{
    public Task<TaskPage> ListAsync(string pool, TaskQuery query, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        StoreArguments.CheckQuery(query);
        return _readers.Read(database => List(database, pool, query), cancellationToken);
    }

    public Task<IReadOnlyList<TaskView>> EndedAfterAsync(string pool, DateTimeOffset ended, long number, int most, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return _readers.Read<IReadOnlyList<TaskView>>(database =>
        {
            var found = new List<TaskView>();
            if (PoolId(database, pool) is not { } id) return found;
            // the plus keeps SQLite from walking all of the pool's rows by id: the index of ends has them in this order
            var rows = database.Query($"SELECT {TaskColumns.All} FROM task WHERE finished >= ? AND (finished > ? OR id > ?) AND +id BETWEEN ? AND ? ORDER BY finished, id LIMIT ?");
            var at = UnixTime.Micros(ended);
            rows.Bind(1, at).Bind(2, at).Bind(3, Key.Of(id, Math.Clamp(number, 0, Key.MaxNumber))).Bind(4, Key.Of(id, 0)).Bind(5, Key.Of(id, Key.MaxNumber)).Bind(6, most);
            var reader = new TaskReader(pool);
            try
            {
                while (rows.Step()) found.Add(reader.Read(rows));
            }
            finally
            {
                rows.Reset();
            }
            return found;
        }, cancellationToken);
    }

    public async Task<TaskView?> GetAsync(string pool, long number, CancellationToken cancellationToken = default)
    {
        var found = await GetManyAsync(pool, [number], cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    public Task<IReadOnlyList<TaskView>> GetManyAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        return _readers.Read<IReadOnlyList<TaskView>>(database =>
        {
            var found = new List<TaskView>(numbers.Count);
            var reader = new TaskReader(pool);
            Find(database, pool, numbers, TaskColumns.All, (_, row) => found.Add(reader.Read(row)));
            return found;
        }, cancellationToken);
    }

    public Task<IReadOnlyDictionary<long, TaskState>> StatesAsync(
        string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        return _readers.Read<IReadOnlyDictionary<long, TaskState>>(database =>
        {
            var found = new Dictionary<long, TaskState>(numbers.Count);
            Find(database, pool, numbers, "state", (number, row) => found[number] = (TaskState)row.Int64(0));
            return found;
        }, cancellationToken);
    }

    public Task<int> DeleteFinishedBeforeAsync(string pool, DateTimeOffset before, int maxRows, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        return Queue(new DeleteFinishedWrite(pool, before, maxRows), cancellationToken);
    }

    private static TaskPage List(Database database, string pool, TaskQuery query)
    {
        if (PoolId(database, pool) is not { } id) return new TaskPage([], 0);
        var rows = database.Query(TaskSelection.Sql(query));
        TaskSelection.Bind(rows, id, query);
        var reader = new TaskReader(pool);
        var tasks = new List<TaskView>(Math.Min(query.Limit, 1024));
        try
        {
            while (rows.Step())
            {
                if (tasks.Count == query.Limit) return new TaskPage(tasks, tasks[^1].Id.Number);
                tasks.Add(reader.Read(rows));
            }
            return new TaskPage(tasks, 0);
        }
        finally
        {
            rows.Reset();
        }
    }

    private static void Find(
        Database database, string pool, IReadOnlyList<long> numbers, string columns, Action<long, Statement> found)
    {
        if (PoolId(database, pool) is not { } id) return;
        var row = database.Query($"SELECT {columns} FROM task WHERE id = ?");
        try
        {
            foreach (var number in numbers)
            {
                if (number is <= 0 or > Key.MaxNumber) continue;
                if (row.Bind(1, Key.Of(id, number)).Step()) found(number, row);
                row.Reset();
            }
        }
        finally
        {
            row.Reset();
        }
    }
}
