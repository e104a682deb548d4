using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace Granary.Storage;

/// <summary>Settings of the PostgreSQL store.</summary>
public sealed record PostgresStoreOptions
{
    /// <summary>As Npgsql reads it: <c>Host=db;Username=granary;Database=granary</c>. A password in it is never written anywhere.</summary>
    [Required]
    public required string ConnectionString { get; init; }

    /// <summary>The schema that holds Granary's tables. Default <c>granary</c>.</summary>
    [RegularExpression("^[a-z_][a-z0-9_]{0,62}$", ErrorMessage = "The schema's name has lower-case letters, digits and underscores.")]
    public string Schema { get; init; } = "granary";

    /// <summary>Reads that go on at once, each on a connection of its own. Default 8.</summary>
    [Range(1, 512)]
    public int Readers { get; init; } = 8;

    /// <summary>The most writes that share one commit. Default 1024.</summary>
    [Range(1, 100_000)]
    public int MaxGroup { get; init; } = 1024;

    /// <summary>Bytes of one piece of a snapshot: appends wait no longer than one piece takes. Default 1 MiB.</summary>
    [Range(4096, 64 * 1024 * 1024)]
    public int SnapshotPiece { get; init; } = 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For messages: server and database, never the password.</summary>
    public override string ToString()
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"PostgreSQL {parts.Host}:{parts.Port}/{parts.Database ?? parts.Username}, schema {Schema}";
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return $"PostgreSQL, schema {Schema}";
        }
    }

    /// <exception cref="ValidationException">A setting is out of its range, or the connection string cannot be read.</exception>
    internal NpgsqlConnectionStringBuilder Validate()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = Schema };
            if (string.IsNullOrEmpty(parts.Host)) throw new ValidationException("The connection string names no Host.");
            if (!ConnectionString.Contains("Auto Prepare", StringComparison.OrdinalIgnoreCase) && !ConnectionString.Contains("AutoPrepare", StringComparison.OrdinalIgnoreCase))
                parts.MaxAutoPrepare = 40;
            parts.ApplicationName ??= "granary";
            return parts;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            // what Npgsql says may hold the value of the key, and that may be the password
            throw new ValidationException("The connection string cannot be read: it is 'Host=HOST;Username=USER;Database=NAME', with keys that Npgsql knows.");
        }
    }
}
