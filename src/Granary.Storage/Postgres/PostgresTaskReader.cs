using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>Reads rows of finished tasks of one pool. Rows with equal spec bytes, as the members of an array have, share one spec.</summary>
internal sealed class PostgresTaskReader(string pool)
{
    private byte[] _specBytes = [];
    private TaskSpec? _spec;

    /// <param name="row">A row of <see cref="PostgresTaskSelection.Columns"/>.</param>
    public TaskView Read(NpgsqlDataReader row) => new()
    {
        Id = new TaskId(pool, row.GetInt64(0)),
        State = (TaskState)row.GetInt16(1),
        Reason = PostgresText.From(row.GetString(2)),
        Node = PostgresText.From(row.GetString(3)),
        Attempt = row.GetInt32(4),
        Index = row.GetInt32(5),
        Submitted = UnixTime.Time(row.GetInt64(6)),
        Started = UnixTime.Time(Optional(row, 7)),
        Finished = UnixTime.Time(row.GetInt64(8)),
        Deadline = UnixTime.Time(Optional(row, 9)),
        Exit = Exit(row),
        Token = row.GetInt64(17),
        After = row.IsDBNull(18) ? [] : TaskList.Read(row.GetFieldValue<byte[]>(18)),
        Spec = Spec(row.GetFieldValue<byte[]>(19)),
    };

    private TaskSpec Spec(byte[] bytes)
    {
        if (_spec is not null && bytes.AsSpan().SequenceEqual(_specBytes)) return _spec;
        _spec = TaskSpecCodec.Read(bytes);
        _specBytes = bytes;
        return _spec;
    }

    private static long? Optional(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static ExitInfo? Exit(NpgsqlDataReader row)
    {
        if (row.IsDBNull(10)) return null;
        return new ExitInfo
        {
            Cause = (ExitCause)row.GetInt16(10),
            Code = row.IsDBNull(11) ? null : row.GetInt32(11),
            Signal = row.GetInt32(12),
            Message = PostgresText.From(row.GetString(13)),
            PeakMemoryKiB = row.GetInt64(14),
            CpuTime = TimeSpan.FromMicroseconds(row.GetInt64(15)),
            WallTime = TimeSpan.FromMicroseconds(row.GetInt64(16)),
        };
    }
}
