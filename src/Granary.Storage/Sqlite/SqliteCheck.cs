using System.Globalization;

namespace Granary.Storage;

/// <summary>Reads a whole file and says what is wrong with it.</summary>
internal static class SqliteCheck
{
    public static StoreCheck Run(Database database, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var pools = new List<(long Id, string Name)>();
        long journal = 0, tasks = 0, states = 0;
        try
        {
            using var pages = database.Prepare("PRAGMA quick_check(20)");
            while (pages.Step())
                if (pages.Text(0) is not "ok" and var problem) problems.Add($"{database.Path}: {problem.ReplaceLineEndings(" ")}");
            using var rows = database.Prepare("SELECT id, name FROM pool ORDER BY id");
            while (rows.Step()) pools.Add((rows.Int64(0), rows.Text(1)));
            tasks = database.Scalar("SELECT count(*) FROM task");
            states = database.Scalar("SELECT count(*) FROM state WHERE data IS NOT NULL");
            foreach (var (_, name) in pools)
            {
                cancellationToken.ThrowIfCancellationRequested();
                journal += CheckPool(database, name, problems);
            }
        }
        catch (StorageException e)
        {
            problems.Add(e.Message);
        }
        return new StoreCheck(pools.Count, journal, tasks, states, problems);
    }

    /// <summary>Reads the snapshot and every record behind it, which finds gaps and wrong checksums.</summary>
    private static long CheckPool(Database database, string pool, List<string> problems)
    {
        long records = 0;
        try
        {
            var reader = new JournalReader(database, pool);
            var recovery = reader.Recover();
            var after = recovery.SnapshotSequence;
            while (reader.Page(after) is { Count: > 0 } page)
            {
                records += page.Count;
                after = page[^1].Sequence;
            }
            if (after != recovery.LastSequence && recovery.LastSequence > after)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{database.Path}: the journal of pool '{pool}' ends at {after}, not at {recovery.LastSequence}"));
            }
        }
        catch (StorageException e)
        {
            problems.Add(e.Message);
        }
        return records;
    }
}
