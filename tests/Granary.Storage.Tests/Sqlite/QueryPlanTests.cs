using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage.Tests;

/// <summary>Which way SQLite goes for the queries that must not read the whole table.</summary>
public sealed class QueryPlanTests
{
    [Theory]
    [InlineData("newest", "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")]
    [InlineData("agent", "USING INDEX task_agent (agent=? AND rowid>? AND rowid<?)")]
    [InlineData("failed", "USING INDEX task_not_succeeded (state=? AND rowid>? AND rowid<?)")]
    [InlineData("succeeded", "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")]
    public void A_page_is_found_without_a_sort(string which, string plan)
    {
        using var directory = new TemporaryDirectory();
        using var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory.Path });
        using var database = Database.Open(store.FilePath, readOnly: true);
        using var explained = database.Prepare("EXPLAIN QUERY PLAN " + TaskSelection.Sql(which switch
        {
            "agent" => new TaskQuery { Agent = "a1" },
            "failed" => new TaskQuery { States = [TaskState.Failed] },
            "succeeded" => new TaskQuery { States = [TaskState.Succeeded] },
            _ => new TaskQuery(),
        }));
        var steps = new List<string>();
        while (explained.Step()) steps.Add(explained.Text(3));
        Assert.Contains(plan, Assert.Single(steps));
    }
}
