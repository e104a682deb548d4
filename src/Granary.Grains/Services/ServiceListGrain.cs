using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Services;

/// <summary>Which services there are, and which have changed since a server last asked.</summary>
public sealed partial class ServiceListGrain(
    [PersistentState("service-list", ServiceListGrain.StorageName)] IPersistentState<ServiceListState> state,
    IGrainFactory grains,
    TimeProvider clock,
    ServiceGrainOptions options,
    ILogger<ServiceListGrain> log) : Grain, IServiceListGrain
{
    public const string StorageName = "granary";

    /// <summary>Not kept: another activation has others, and servers then take the whole list again.</summary>
    private long _version;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Changed();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ServiceEntry>> List() => Task.FromResult(All());

    public Task<ServicePage> Sync(long version) => Task.FromResult(new ServicePage(_version, version == _version ? null : All()));

    public async Task Enter(ServiceEntry entry)
    {
        var known = state.State.Entries.GetValueOrDefault(entry.Name);
        if (known == entry) return;
        if (known is null && state.State.Entries.Count >= options.MaxServices)
            throw GranaryException.Refused($"there are {options.MaxServices} services, the most that are kept; remove those that nobody needs");
        if (known is null || known.Agent != entry.Agent)
        {
            state.State.Entries[entry.Name] = entry;
            await state.WriteOrReadAgainAsync();
        }
        // a version alone is not worth a write: who wakes the service is told it
        state.State.Entries[entry.Name] = entry;
        Changed();
    }

    public async Task Leave(string name)
    {
        if (!state.State.Entries.Remove(name)) return;
        Changed();
        await state.WriteOrReadAgainAsync();
    }

    public async Task Wake()
    {
        foreach (var entry in All())
        {
            try
            {
                var now = await grains.GetGrain<IServiceGrain>(entry.Name).Wake();
                if (now is null) await Leave(entry.Name);
                else if (now != entry) await Enter(now);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogNotWoken(log, entry.Name, e.Message); // the next round tries again
            }
        }
    }

    private IReadOnlyList<ServiceEntry> All() => [.. state.State.Entries.Values.OrderBy(e => e.Name, StringComparer.Ordinal)];

    private void Changed() => _version = Math.Max(_version + 1, clock.GetUtcNow().UtcTicks);

    [LoggerMessage(1, LogLevel.Warning, "service {Service} could not be woken, it is tried again: {Error}")]
    private static partial void LogNotWoken(ILogger logger, string service, string error);
}
