using System.ComponentModel.DataAnnotations;
using Granary.Model;
using Granary.Silo.Configuration;
using Granary.Storage;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Granary.Silo.Database;

/// <summary>The store that the settings name, to be served from or to be kept up.</summary>
public static class ServerStore
{
    /// <param name="configuration">As loaded by <see cref="GranaryConfiguration.Load"/>.</param>
    /// <param name="data">The data directory, owned by the caller.</param>
    /// <exception cref="GranaryException">It cannot be opened: one line says why.</exception>
    public static async Task<IStore> OpenAsync(IConfiguration configuration, string data, CancellationToken cancellationToken)
    {
        var settings = configuration.Get<StorageSettings>(StorageSettings.Section);
        try
        {
            return settings.Provider == StorageProvider.Postgres
                ? await PostgresStore.OpenAsync(Postgres(settings), cancellationToken)
                : SqliteStore.Open(new SqliteStoreOptions { DataDirectory = data });
        }
        catch (StorageException e)
        {
            throw Refusal(e);
        }
        catch (ValidationException e)
        {
            throw Invalid(e);
        }
    }

    /// <summary>For <c>granary db</c>.</summary>
    public static IStoreUpkeep Upkeep(IConfiguration configuration, string data)
    {
        var settings = configuration.Get<StorageSettings>(StorageSettings.Section);
        return settings.Provider == StorageProvider.Postgres ? new PostgresUpkeep(Postgres(settings)) : new SqliteUpkeep(data, TimeProvider.System);
    }

    /// <summary>Makes the tables of the store, and in PostgreSQL those of Orleans' providers. The version found before: 0 for none.</summary>
    public static async Task<int> InitAsync(IStoreUpkeep store, IConfiguration configuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var found = await store.InitAsync(cancellationToken);
        await BringOrleansUpToDateAsync(configuration, cancellationToken);
        return found;
    }

    /// <summary>Takes both to this build's. The version found before.</summary>
    public static async Task<int> UpgradeAsync(IStoreUpkeep store, IConfiguration configuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var found = await store.UpgradeAsync(cancellationToken);
        await BringOrleansUpToDateAsync(configuration, cancellationToken);
        return found;
    }

    /// <summary>The database where the servers of a cluster meet, as Orleans' providers take it.</summary>
    /// <exception cref="GranaryException">Invalid or refused: the store is no PostgreSQL, or has no tables for them.</exception>
    internal static async Task<string> MeetingPlaceAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = configuration.Get<StorageSettings>(StorageSettings.Section);
        if (settings.Provider != StorageProvider.Postgres)
            throw GranaryException.Invalid("Cluster:Enabled needs a database that the servers share; set Storage:Provider to Postgres, and Storage:ConnectionString");
        var database = Postgres(settings);
        await OrleansTables.CheckAsync(database, cancellationToken);
        return OrleansTables.ConnectionString(database);
    }

    private static async Task BringOrleansUpToDateAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = configuration.Get<StorageSettings>(StorageSettings.Section);
        if (settings.Provider == StorageProvider.Postgres) await OrleansTables.ApplyAsync(Postgres(settings), cancellationToken);
    }

    /// <summary>Runs upkeep with its refusals as the command line tells them.</summary>
    public static async Task<T> Run<T>(Func<Task<T>> upkeep)
    {
        try
        {
            return await upkeep();
        }
        catch (StorageException e)
        {
            throw Refusal(e);
        }
        catch (ValidationException e)
        {
            throw Invalid(e);
        }
    }

    /// <summary>The settings as the store takes them, with the password from its file.</summary>
    /// <exception cref="GranaryException">Invalid or refused; the password is in no message.</exception>
    internal static PostgresStoreOptions Postgres(StorageSettings settings)
    {
        if (settings.ConnectionString.Length == 0)
            throw GranaryException.Invalid("settings, section Storage: Provider is Postgres and ConnectionString is empty; set GRANARY__Storage__ConnectionString to 'Host=HOST;Username=USER;Database=NAME'");
        var connection = settings.ConnectionString;
        if (settings.PasswordFile.Length > 0) connection = WithPassword(connection, Password(settings.PasswordFile));
        return new PostgresStoreOptions { ConnectionString = connection, Schema = settings.Schema };
    }

    private static string WithPassword(string connection, string password)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connection) { Password = password }.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return connection; // the store refuses it, without repeating it
        }
    }

    private static string Password(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
                throw GranaryException.Refused($"Storage:PasswordFile {path} can be read by everybody: chmod 600 it");
            return File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GranaryException.Invalid($"Storage:PasswordFile {path} cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static GranaryException Invalid(ValidationException e) =>
        GranaryException.Invalid($"settings, section Storage: {e.Message} 'granary config' shows where each value comes from");

    private static GranaryException Refusal(StorageException e) => new(e.Fault switch
    {
        StorageFault.Unreachable => ErrorCode.Unavailable,
        StorageFault.Missing => ErrorCode.NotFound,
        StorageFault.NewerFormat or StorageFault.OlderFormat or StorageFault.Refused or StorageFault.Exists or StorageFault.ReadOnly
            or StorageFault.Locked or StorageFault.DiskFull => ErrorCode.Refused,
        _ => ErrorCode.Unknown,
    }, e.Message);
}
