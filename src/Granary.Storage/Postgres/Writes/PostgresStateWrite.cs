using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Granary.Storage;

/// <summary>Compare and set; <paramref name="data"/> null clears.</summary>
internal sealed class PostgresStateWrite(GrainStateKey key, string? etag, ReadOnlyMemory<byte>? data) : PostgresWrite<string>
{
    public override long Bytes => 256 + (data?.Length ?? 0);

    public override NpgsqlBatchCommand Command() => Call("put_state",
        Value(PostgresText.To(key.GrainType)), Value(PostgresText.To(key.StateName)), Value(PostgresText.To(key.GrainKey)),
        new NpgsqlParameter { Value = ETag.Number(etag) is { } expected ? expected : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
        new NpgsqlParameter { Value = data is { } some ? some : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });

    public override void Read(DbDataReader row)
    {
        if (row.IsDBNull(1)) Refuse(new GrainStateConflictException(key, row.IsDBNull(0) ? null : ETag.Text(row.GetInt64(0)), etag));
        else Result(ETag.Text(row.GetInt64(1)));
    }
}
