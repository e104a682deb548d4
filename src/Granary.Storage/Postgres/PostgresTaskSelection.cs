using System.Globalization;
using System.Text;
using Granary.Abstractions;
using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>A query as SQL. States are literals, since only then can the partial index serve; all else is bound.</summary>
internal static class PostgresTaskSelection
{
    /// <summary>The columns in the order in which <see cref="PostgresTaskReader"/> reads them.</summary>
    public const string Columns = "number, state, reason, node, attempt, idx, submitted, started, finished, deadline, cause, exit_code, "
        + "signal, exit_message, peak_memory_kib, cpu_us, wall_us, token, after, spec";

    /// <summary>Asks for one row more than the page has, to learn whether there is a next one.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string pool, TaskQuery query)
    {
        var command = new NpgsqlCommand { Connection = connection };
        string Bind<T>(T value)
        {
            command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
            return string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}");
        }
        var sql = new StringBuilder($"SELECT {Columns} FROM task WHERE pool = (SELECT id FROM pool WHERE name = {Bind(pool)})");
        if (query.Before > 0) sql.Append($" AND number < {Bind(query.Before)}");
        if (query.Agent.Length > 0) sql.Append($" AND agent = {Bind(PostgresText.To(query.Agent))}");
        if (query.Name.Length > 0) sql.Append($" AND name = {Bind(PostgresText.To(query.Name))}");
        if (query.SubmittedFrom is { } from) sql.Append($" AND submitted >= {Bind(UnixTime.Micros(from))}");
        if (query.SubmittedTo is { } to) sql.Append($" AND submitted <= {Bind(UnixTime.Micros(to))}");
        if (query.Labels is { } labels)
            foreach (var (key, value) in labels) sql.Append($" AND strpos(labels, {Bind(PostgresText.To(LabelText.Pattern(key, value)))}) > 0");
        if (query.States is { Count: > 0 } states)
        {
            sql.Append(" AND state IN (").AppendJoin(',', states.Select(s => (int)s).Distinct().Order()).Append(')');
            if (!states.Contains(TaskState.Succeeded)) sql.Append($" AND state <> {TaskColumns.Succeeded}");
        }
        command.CommandText = sql.Append($" ORDER BY number DESC LIMIT {Bind(query.Limit + 1)}").ToString();
        return command;
    }
}
