using System.Data.Common;
using Npgsql;

namespace Granary.Storage;

internal sealed class PostgresDeleteFinished(string pool, DateTimeOffset before, int maxRows) : PostgresWrite<int>
{
    public override NpgsqlBatchCommand Command() => Call("delete_finished", Value(pool), Value(UnixTime.Micros(before)), Value(maxRows));

    public override void Read(DbDataReader row) => Result(row.GetInt32(0));
}
