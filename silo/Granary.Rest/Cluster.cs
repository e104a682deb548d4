using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Rest;

/// <summary>The grains that REST talks to, by what they stand for.</summary>
internal sealed class Cluster(IGrainFactory grains)
{
    public IDirectoryGrain Directory => grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);

    public IPoolGrain Pool(string name) => grains.GetGrain<IPoolGrain>(name);

    public INodeGrain Node(string name) => grains.GetGrain<INodeGrain>(name);

    public ITaskGrain TaskOf(TaskId id) => grains.GetGrain<ITaskGrain>(id.ToString());

    /// <summary>Names of all pools in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> PoolNames() => [.. (await Directory.Pools()).Order(StringComparer.Ordinal)];

    /// <summary>Names of all nodes in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> NodeNames() => [.. (await Directory.Nodes()).Order(StringComparer.Ordinal)];

    /// <summary>The pool, when it was declared. A grain would come to life under any name that is asked for.</summary>
    /// <exception cref="GranaryException">NotFound, with the nearest name that exists.</exception>
    public async Task<IPoolGrain> KnownPool(string name)
    {
        Require(name, await Directory.Pools(), "pool", "GET /api/pools lists them, PUT /api/pools/{name} makes one");
        return Pool(name);
    }

    /// <inheritdoc cref="KnownPool"/>
    public async Task<INodeGrain> KnownNode(string name)
    {
        Require(name, await Directory.Nodes(), "node", "GET /api/nodes lists them");
        return Node(name);
    }

    private static void Require(string name, IReadOnlyList<string> known, string what, string help)
    {
        if (known.Contains(name, StringComparer.Ordinal)) return;
        var near = Suggestion.For(name, known);
        throw GranaryException.NotFound($"no {what} is named '{Http.Text.Clip(name)}'; {(near is null ? help : $"did you mean '{near}'?")}");
    }
}
