using System.Reflection;
using Granary.Model;
using Granary.Storage;
using Npgsql;

namespace Granary.Silo.Database;

/// <summary>The tables of Orleans' providers in PostgreSQL, by the scripts of <c>deploy/postgres</c>: made where they are missing, their statements brought up to date.</summary>
public static class OrleansTables
{
    private const string Prefix = "Granary.Silo.Database.";

    /// <summary>File name and text of each script, in the order in which they are applied.</summary>
    public static IReadOnlyList<(string Name, string Text)> Scripts { get; } = Read();

    /// <summary>The same database with the schema of Granary's tables first in the search path: Orleans' providers name no schema.</summary>
    public static string ConnectionString(PostgresStoreOptions database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = database.Schema }.ConnectionString;
    }

    /// <exception cref="GranaryException">Refused: the statements are not there.</exception>
    public static async Task CheckAsync(PostgresStoreOptions database, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT to_regclass('OrleansQuery') IS NOT NULL", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            throw GranaryException.Refused("the database has no tables for Orleans' providers; 'granary db init' makes them");
    }

    /// <summary>Applies all of them in one transaction, in the schema of Granary's tables, which must be there. May be repeated.</summary>
    /// <exception cref="GranaryException">Refused: which script, and what the database said.</exception>
    public static async Task ApplyAsync(PostgresStoreOptions database, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var (name, text) in Scripts)
        {
            try
            {
                await using var command = new NpgsqlCommand(text, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (PostgresException e)
            {
                throw GranaryException.Refused($"{name}: the database refused it: {e.MessageText}; the user needs the right to create tables in the schema");
            }
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private static IReadOnlyList<(string, string)> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(n =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
                return (n[Prefix.Length..], reader.ReadToEnd());
            }),
        ];
    }
}
