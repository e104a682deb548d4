using Granary.Model;

namespace Granary.Storage;

/// <summary>Reads rows of finished tasks of one pool. Rows with equal spec bytes, as the members of an array have, share one spec.</summary>
internal sealed class TaskReader(string pool)
{
    private byte[] _specBytes = [];
    private TaskSpec? _spec;

    /// <param name="row">A row of <see cref="TaskColumns.All"/>.</param>
    public TaskView Read(Statement row) => new()
    {
        Id = new TaskId(pool, Key.Number(row.Int64(0))),
        Spec = Spec(row.Blob(23)),
        State = (TaskState)row.Int64(3),
        Reason = row.Text(4),
        Node = row.Text(6),
        Attempt = (int)row.Int64(7),
        Index = (int)row.Int64(8),
        Submitted = UnixTime.Time(row.Int64(9)),
        Started = UnixTime.Time(row.OptionalInt64(10)),
        Finished = UnixTime.Time(row.Int64(11)),
        Deadline = UnixTime.Time(row.OptionalInt64(12)),
        Exit = Exit(row),
        Token = row.Int64(20),
        After = TaskList.Read(row.Blob(22)),
    };

    private TaskSpec Spec(ReadOnlySpan<byte> bytes)
    {
        if (_spec is not null && bytes.SequenceEqual(_specBytes)) return _spec;
        _spec = TaskSpecCodec.Read(bytes);
        _specBytes = bytes.ToArray();
        return _spec;
    }

    private static ExitInfo? Exit(Statement row)
    {
        if (row.IsNull(13)) return null;
        return new ExitInfo
        {
            Cause = (ExitCause)row.Int64(13),
            Code = (int?)row.OptionalInt64(14),
            Signal = (int)row.Int64(15),
            Message = row.Text(16),
            PeakMemoryKiB = row.Int64(17),
            CpuTime = TimeSpan.FromMicroseconds(row.Int64(18)),
            WallTime = TimeSpan.FromMicroseconds(row.Int64(19)),
        };
    }
}
