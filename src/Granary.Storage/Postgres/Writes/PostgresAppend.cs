using System.Data.Common;
using Npgsql;

namespace Granary.Storage;

/// <summary>An append; all of a commit are sent as one <see cref="AppendCommand"/>.</summary>
internal sealed class PostgresAppend(PoolAppend append) : PostgresWrite<bool>
{
    public PoolAppend Append => append;

    public override long Bytes => 256 + append.Payload.Length + 512L * append.Finished.Count;

    public void Met(long last)
    {
        if (append.Sequence == last + 1) Result(true);
        else Refuse(new JournalFencedException(append.Pool, append.Sequence, last));
    }

    public override NpgsqlBatchCommand Command() => throw new NotSupportedException("appends are sent together");

    public override void Read(DbDataReader row) => throw new NotSupportedException("appends are sent together");
}
