using Granary.Silo.Database;
using Granary.Storage;
using Granary.Testing.Postgres;

namespace Granary.Cluster.Tests;

/// <summary>A database with the tables of the store and those that the scripts of <c>deploy/postgres</c> make.</summary>
internal static class ClusterDatabase
{
    public static async Task<PostgresStoreOptions> CreateEmptyAsync()
    {
        Assert.SkipWhen(PostgresPrograms.Missing is not null, PostgresPrograms.Missing ?? "");
        return new PostgresStoreOptions { ConnectionString = await PostgresServer.Shared.CreateDatabaseAsync() };
    }

    /// <returns>As Orleans' providers take it.</returns>
    public static async Task<string> CreateForProvidersAsync()
    {
        var database = await CreateEmptyAsync();
        await new PostgresUpkeep(database).InitAsync();
        await OrleansTables.ApplyAsync(database);
        await OrleansTables.ApplyAsync(database); // as an upgrade does
        return OrleansTables.ConnectionString(database);
    }
}
