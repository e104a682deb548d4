using Granary.Model;
using Granary.Silo.Configuration;
using Granary.Silo.Database;
using Granary.Storage;
using Microsoft.Extensions.Configuration;

namespace Granary.Cli.Hosting;

/// <summary>The store that a server on a data directory would use, for <c>granary db</c>.</summary>
internal sealed class DatabaseUpkeep(string data, IConfiguration configuration)
{
    public IStoreUpkeep Store { get; } = ServerStore.Upkeep(configuration, data);

    public static DatabaseUpkeep At(string data) => new(data, GranaryConfiguration.Load(data, new Dictionary<string, string?>()));

    /// <summary>Makes the store. The version found before: 0 for none.</summary>
    public Task<int> Init(CancellationToken cancel) => Run(() => ServerStore.InitAsync(Store, configuration, cancel));

    /// <summary>Takes it to this build's schema. The version found before.</summary>
    public Task<int> Upgrade(CancellationToken cancel) => Run(() => ServerStore.UpgradeAsync(Store, configuration, cancel));

    /// <param name="work">What to do with the store.</param>
    /// <param name="reads">Whether it reads a file that somebody named: what is wrong with that is wrong usage.</param>
    public async Task<T> Run<T>(Func<Task<T>> work, bool reads = false)
    {
        try
        {
            return await ServerStore.Run(work);
        }
        catch (GranaryException e) when (reads && e.Code == ErrorCode.Unknown)
        {
            throw GranaryException.Invalid(e.Message);
        }
    }
}
