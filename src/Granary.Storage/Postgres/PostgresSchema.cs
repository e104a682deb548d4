using System.Globalization;
using Npgsql;

namespace Granary.Storage;

/// <summary>Makes the tables, and says which version of them a database has.</summary>
internal static class PostgresSchema
{
    /// <summary>Format of the envelope of journal records and snapshots: payload and CRC-32C.</summary>
    public const short RecordFormat = 1;

    /// <summary>Any number, the same for everybody: two servers do not make the tables at once.</summary>
    private const long MakingLock = 0x4772616E61727953;

    public static int Version => PostgresTables.Steps.Count;

    /// <summary>Takes the database through the steps that it has not had. Returns the version found before: 0 for none.</summary>
    public static async Task<int> EnsureAsync(
        NpgsqlDataSource source, PostgresStoreOptions options, IReadOnlyList<string> steps, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await Execute(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({MakingLock})"), cancellationToken).ConfigureAwait(false);
        var version = await VersionAsync(connection, options, cancellationToken).ConfigureAwait(false);
        if (version == 0) await Execute(connection, $"CREATE SCHEMA IF NOT EXISTS {options.Schema}", cancellationToken).ConfigureAwait(false);
        for (var next = version + 1; next <= steps.Count; next++)
        {
            await Execute(connection, steps[next - 1], cancellationToken).ConfigureAwait(false);
            await Execute(connection, string.Create(CultureInfo.InvariantCulture,
                $"INSERT INTO schema_version VALUES ({next}, now())"), cancellationToken).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return version;
    }

    /// <summary>The version a database has; 0 when it has no tables of ours.</summary>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, PostgresStoreOptions options, CancellationToken cancellationToken)
    {
        await using var encoding = new NpgsqlCommand("SHOW server_encoding", connection);
        if (await encoding.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not "UTF8")
            throw new StorageException(StorageFault.Refused, $"{options} does not keep text as UTF-8: make a database with ENCODING 'UTF8'");
        await using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{options.Schema}.schema_version" });
        if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true) return 0;
        await using var newest = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {options.Schema}.schema_version", connection);
        return (int)(await newest.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <exception cref="StorageException">The tables are missing, of an older build, or of a newer one.</exception>
    public static void Check(int version, PostgresStoreOptions options) => Check(version, Version, options);

    internal static void Check(int version, int needed, PostgresStoreOptions options)
    {
        if (version == 0)
            throw new StorageException(StorageFault.Missing, $"{options} has no tables of Granary: make them with 'granary db init'");
        CheckNotNewer(version, needed, options);
        if (version < needed)
        {
            // several servers share it, so none of them changes it under the others
            throw new StorageException(StorageFault.OlderFormat, string.Create(CultureInfo.InvariantCulture,
                $"{options} has schema version {version}, and this build needs {needed}: stop the servers and run 'granary db upgrade'"));
        }
    }

    public static void CheckNotNewer(int version, PostgresStoreOptions options) => CheckNotNewer(version, Version, options);

    private static void CheckNotNewer(int version, int known, PostgresStoreOptions options)
    {
        if (version > known)
        {
            throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
                $"{options} has schema version {version}, and this build knows up to {known}: use the newer build"));
        }
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
