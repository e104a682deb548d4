using Granary.Abstractions;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Grains.Services;

/// <summary>Asks the proxy of the server that it is in, which is the one that the caller is connected to: a stateless worker lives where it was called from.</summary>
[StatelessWorker]
public sealed class ServiceStandingGrain(IServiceStandings standings) : Grain, IServiceStandingGrain
{
    public async Task<IReadOnlyList<BackendStanding>> Get()
    {
        await standings.RefreshAsync(CancellationToken.None);
        return standings.Of(this.GetPrimaryKeyString());
    }
}

/// <summary>A server that passes nothing on.</summary>
public sealed class NoServiceStandings : IServiceStandings
{
    public IReadOnlyList<BackendStanding> Of(string service) => [];

    public Task RefreshAsync(CancellationToken cancellation) => Task.CompletedTask;
}
