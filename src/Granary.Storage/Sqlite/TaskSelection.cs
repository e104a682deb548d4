using System.Text;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage;

/// <summary>A query as SQL. States are literals, since only then can SQLite use the partial index; all else is bound.</summary>
internal static class TaskSelection
{
    public static string Sql(TaskQuery query)
    {
        var sql = new StringBuilder($"SELECT {TaskColumns.All} FROM task WHERE id BETWEEN ? AND ?");
        if (query.Agent.Length > 0) sql.Append(" AND agent = ?");
        if (query.Name.Length > 0) sql.Append(" AND name = ?");
        if (query.SubmittedFrom is not null) sql.Append(" AND submitted >= ?");
        if (query.SubmittedTo is not null) sql.Append(" AND submitted <= ?");
        foreach (var _ in query.Labels ?? Empty) sql.Append(" AND instr(labels, ?) > 0");
        if (query.States is { Count: > 0 } states)
        {
            sql.Append(" AND state IN (").AppendJoin(',', states.Select(s => (int)s).Distinct().Order()).Append(')');
            if (!states.Contains(TaskState.Succeeded)) sql.Append($" AND state <> {TaskColumns.Succeeded}");
        }
        return sql.Append(" ORDER BY id DESC LIMIT ?").ToString();
    }

    /// <summary>Binds in the order of <see cref="Sql"/>; asks for one row more than the page has, to learn whether there is a next one.</summary>
    public static void Bind(Statement statement, long pool, TaskQuery query)
    {
        var next = 1;
        var most = query.Before > 0 ? Math.Min(query.Before - 1, Key.MaxNumber) : Key.MaxNumber;
        statement.Bind(next++, Key.Of(pool, 0)).Bind(next++, Key.Of(pool, most));
        if (query.Agent.Length > 0) statement.Bind(next++, query.Agent);
        if (query.Name.Length > 0) statement.Bind(next++, query.Name);
        if (query.SubmittedFrom is { } from) statement.Bind(next++, UnixTime.Micros(from));
        if (query.SubmittedTo is { } to) statement.Bind(next++, UnixTime.Micros(to));
        foreach (var (key, value) in query.Labels ?? Empty) statement.Bind(next++, LabelText.Pattern(key, value));
        statement.Bind(next, query.Limit + 1);
    }

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();
}
