using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Grains;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>The client of a process that is not the server's.</summary>
internal sealed class GatewayGrainFactory(GatewayClient client, IServiceProvider services) : GrainFactoryBase(client, client.Observers), IClusterClient
{
    public IServiceProvider ServiceProvider => services;

    protected override GrainType TypeFor(Type grainInterface, string? classNamePrefix)
        => PlaceholderId.TypeFor(GrainRegistry.GetInterface(grainInterface), classNamePrefix);
}
