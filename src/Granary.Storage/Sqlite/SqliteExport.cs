namespace Granary.Storage;

/// <summary>Everything in a file, item by item.</summary>
internal static class SqliteExport
{
    public static IReadOnlyList<(long Id, string Name)> Pools(Database database)
    {
        var pools = new List<(long, string)>();
        using var rows = database.Prepare("SELECT id, name FROM pool ORDER BY id");
        while (rows.Step()) pools.Add((rows.Int64(0), rows.Text(1)));
        return pools;
    }

    /// <summary>Within a transaction, so of one moment.</summary>
    public static IEnumerable<StoreItem> Items(Database database)
    {
        foreach (var (id, name) in Pools(database))
            foreach (var item in Pool(database, id, name)) yield return item;
        using var states = database.Prepare(
            "SELECT grain_type, grain_key, state_name, etag, data FROM state ORDER BY grain_type, state_name, grain_key");
        while (states.Step())
        {
            yield return new StoreItem.State(
                new GrainStateKey(states.Text(0), states.Text(1), states.Text(2)),
                new GrainStateRecord(ETag.Text(states.Int64(3)), !states.IsNull(4), states.Blob(4).ToArray()));
        }
    }

    private static IEnumerable<StoreItem> Pool(Database database, long id, string name)
    {
        var journal = new JournalReader(database, name);
        var recovery = journal.Recover();
        yield return new StoreItem.Pool(name, recovery.LastSequence);
        if (recovery.SnapshotSequence > 0) yield return new StoreItem.Snapshot(recovery.SnapshotSequence, recovery.Snapshot);
        for (var after = recovery.SnapshotSequence; journal.Page(after) is { Count: > 0 } page; after = page[^1].Sequence)
            foreach (var record in page) yield return new StoreItem.Record(record);
        using var tasks = database.Prepare($"SELECT {TaskColumns.All} FROM task WHERE id BETWEEN ? AND ? ORDER BY id");
        tasks.Bind(1, Key.Of(id, 0)).Bind(2, Key.Of(id, Key.MaxNumber));
        var reader = new TaskReader(name);
        while (tasks.Step()) yield return new StoreItem.Finished(reader.Read(tasks));
    }
}
