using Granary.Abstractions;
using Granary.Access.Guarding;
using Granary.Model;
using Granary.Rest.Access;
using Orleans;

namespace Granary.Rest;

/// <summary>The grains that REST talks to, by what they stand for.</summary>
internal sealed class Cluster(IGrainFactory grains, NameCopy names)
{
    public IDirectoryGrain Directory => Grain<IDirectoryGrain>(IDirectoryGrain.Key);

    public IPoolGrain Pool(string name) => Grain<IPoolGrain>(name);

    public INodeGrain Node(string name) => Grain<INodeGrain>(name);

    public IInboxGrain InboxOf(string pool) => Grain<IInboxGrain>(pool);

    public ITelemetryGrain TelemetryOf(string node) => Grain<ITelemetryGrain>(node);
    public IOptimizerGrain OptimizerOf(string pool) => Grain<IOptimizerGrain>(pool);
    public ICapacityGrain CapacityOf(string name) => Grain<ICapacityGrain>(name);

    public IPredictorGrain PredictorOf(string node) => Grain<IPredictorGrain>(node);

    public IApplicationGrain ApplicationOf(string pool) => Grain<IApplicationGrain>(pool);

    public IWorkListGrain WorkList => Grain<IWorkListGrain>(IWorkListGrain.Key);

    public IDistributedWorkGrain Work(string id) => Grain<IDistributedWorkGrain>(id);

    /// <exception cref="GranaryException">NotFound: what is no id needs no grain to say so.</exception>
    public IDistributedWorkGrain KnownWork(string id) => Names.IsValid(id) ? Work(id) : throw GranaryException.NotFound($"no work {Http.Text.Clip(id)}; GET /api/work lists what there is");

    public IServiceListGrain Services => Grain<IServiceListGrain>(IServiceListGrain.Key);

    /// <exception cref="GranaryException">NotFound: what is no name needs no grain to say so.</exception>
    public IServiceGrain KnownService(string name) => Names.IsValid(name) ? Grain<IServiceGrain>(name) : throw GranaryException.NotFound($"no service {Http.Text.Clip(name)}; GET /api/services lists what there is");

    public IReportGrain ReportOf(string node) => Grain<IReportGrain>(node);

    public IMonitorGrain Monitor => Grain<IMonitorGrain>(IMonitorGrain.Key);
    public IEnergyGrain Energy => Grain<IEnergyGrain>(IEnergyGrain.Key);

    public ITaskGrain TaskOf(TaskId id) => Grain<ITaskGrain>(id.ToString());

    /// <summary>Names of all pools in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> PoolNames() => [.. (await Directory.Pools()).Order(StringComparer.Ordinal)];

    /// <summary>Names of all nodes in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> NodeNames() => [.. (await Directory.Nodes()).Order(StringComparer.Ordinal)];

    /// <summary>Names of all pools and nodes in ordinal order, as they were a moment ago: for what is drawn again and again, and on nobody's behalf.</summary>
    public ValueTask<KnownNames> NamesLately() => names.Lately();

    /// <summary>The pool, when it was declared. A grain would come to life under any name that is asked for.</summary>
    /// <exception cref="GranaryException">NotFound, with the nearest name that exists.</exception>
    public async Task<IPoolGrain> KnownPool(string name)
    {
        Require(name, Scoped ? await Directory.Pools() : await names.PoolsWith(name), "pool", "GET /api/pools lists them, PUT /api/pools/{name} makes one");
        return Pool(name);
    }

    /// <inheritdoc cref="KnownPool"/>
    public async Task<INodeGrain> KnownNode(string name)
    {
        Require(name, Scoped ? await Directory.Nodes() : await names.NodesWith(name), "node", "GET /api/nodes lists them");
        return Node(name);
    }

    /// <summary>An agent-owner asks the directory itself, as far as it may.</summary>
    private static bool Scoped => CurrentCaller.Scoped is not null;

    /// <summary>The grain, for an agent-owner as far as it is its own.</summary>
    private T Grain<T>(string key)
        where T : class, IGrainWithStringKey
    {
        var grain = grains.GetGrain<T>(key);
        return CurrentCaller.Scoped is { } owner ? GuardedGrain.Of(grain, key, owner, grains) : grain;
    }

    private static void Require(string name, IReadOnlyList<string> known, string what, string help)
    {
        if (known.Contains(name, StringComparer.Ordinal)) return;
        var near = Suggestion.For(name, known);
        throw GranaryException.NotFound($"no {what} is named '{Http.Text.Clip(name)}'; {(near is null ? help : $"did you mean '{near}'?")}");
    }
}
