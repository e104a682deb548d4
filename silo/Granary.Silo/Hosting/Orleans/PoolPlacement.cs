using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Granary.Silo.Hosting;

/// <summary>
/// Pools are few, live long and are most of a server's work, and the servers' figures of a moment put all that are declared together on one. So a pool's place goes by its
/// name, and the parts of a sharded pool go round the servers after its front. Every other grain goes where most is to spare.
/// </summary>
internal sealed class PoolPlacement : PlacementStrategy;

/// <inheritdoc cref="PoolPlacement"/>
internal sealed class PoolPlacementDirector(IServiceProvider services) : IPlacementDirector
{
    private static readonly GrainType Pools = GrainType.Create("pool");

    private readonly ResourceOptimizedPlacement _others = new();

    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        if (target.GrainIdentity.Type != Pools)
            return services.GetRequiredKeyedService<IPlacementDirector>(typeof(ResourceOptimizedPlacement)).OnAddActivation(_others, target, context);
        var key = target.GrainIdentity.Key.ToString()!;
        var after = ShardNames.TryParse(key, out var pool, out var shard) ? shard + 1 : 0;
        var first = GrainId.Create(Pools, after > 0 ? pool : key).GetUniformHashCode();
        SiloAddress[] silos = [.. context.GetCompatibleSilos(target).Order()];
        return Task.FromResult(silos[(int)((first % silos.Length + after) % silos.Length)]);
    }
}
