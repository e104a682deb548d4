using System.Reflection;
using Granary.Abstractions;
using Granary.Distribution.Jobs;
using Granary.Model;
using Orleans;

namespace Granary.Rest.Tests.Fakes;

/// <summary>A cluster in memory that keeps the promises of the grain interfaces which REST relies on.</summary>
internal sealed class FakeCluster
{
    public FakeCluster() => Factory = FakeFactory.Over(this);

    public IGrainFactory Factory { get; }
    public FakeTelemetry Telemetry => field ??= new(this);

    public FakeEnergy Energy => field ??= new(this);
    public FakeApplication Application => field ??= new(this);
    public FakeMonitor Monitor => field ??= new(this);
    public FakeDirectory Directory => field ??= new(this);
    public Dictionary<string, FakePool> Pools { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, FakeNode> Nodes { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, AgentSpec> Agents { get; } = new(StringComparer.Ordinal);

    /// <summary>Partitioned work by id.</summary>
    public SortedDictionary<string, WorkJob> Works { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ServiceView> Services { get; } = new(StringComparer.Ordinal);
    /// <summary>Of the names of pools and nodes.</summary>
    public long NamesVersion { get; set; } = 1;

    /// <summary>Thrown by every call to any grain while it is set.</summary>
    public Exception? Failure { get; set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public FakeInbox Inbox(string pool) => _inboxes.TryGetValue(pool, out var inbox) ? inbox : _inboxes[pool] = new(this, pool);

    private readonly Dictionary<string, FakeInbox> _inboxes = new(StringComparer.Ordinal);

    public FakePool Declare(string pool)
    {
        if (!Pools.TryGetValue(pool, out var fake)) Pools[pool] = fake = new(this, new() { Name = pool });
        return fake;
    }

    public FakeNode DeclareNode(NodeSpec spec, NodeState state = NodeState.Ready)
    {
        var fake = new FakeNode(this, new() { Spec = spec, State = state, LastSeen = Now, AgentVersion = "0.1.0" });
        Nodes[spec.Name] = fake;
        return fake;
    }

    internal void Check()
    {
        if (Failure is { } failure) throw failure;
    }
}

/// <summary>Finds fakes by interface and key; a proxy, because the two hosts' factories differ in members that nobody here calls.</summary>
internal class FakeFactory : DispatchProxy
{
    private FakeCluster _cluster = null!;

    public static IGrainFactory Over(FakeCluster cluster)
    {
        var proxy = Create<IGrainFactory, FakeFactory>();
        ((FakeFactory)(object)proxy)._cluster = cluster;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var key = (string)args![0]!;
        return targetMethod!.GetGenericArguments()[0] switch
        {
            var t when t == typeof(IDirectoryGrain) => _cluster.Directory,
            var t when t == typeof(IPoolGrain) => _cluster.Pools.TryGetValue(key, out var pool) ? pool : new FakePool(_cluster, new() { Name = key }),
            var t when t == typeof(INodeGrain) => _cluster.Nodes.TryGetValue(key, out var node) ? node : throw new InvalidOperationException($"node {key} was not declared"),
            var t when t == typeof(IInboxGrain) => _cluster.Inbox(key),
            var t when t == typeof(ITelemetryGrain) => _cluster.Telemetry,
            var t when t == typeof(IOptimizerGrain) => new FakeOptimizer(_cluster, key),
            var t when t == typeof(ICapacityGrain) => new FakeCapacity(_cluster, key),
            var t when t == typeof(IPredictorGrain) => new FakePredictor(_cluster),
            var t when t == typeof(IApplicationGrain) => _cluster.Application,
            var t when t == typeof(IDistributedWorkGrain) => new FakeWork(_cluster, key),
            var t when t == typeof(IWorkListGrain) => new FakeWorkList(_cluster),
            var t when t == typeof(IServiceGrain) => new FakeService(_cluster, key),
            var t when t == typeof(IServiceListGrain) => new FakeServiceList(_cluster),
            var t when t == typeof(IReportGrain) => new FakeReport(_cluster, key),
            var t when t == typeof(IMonitorGrain) => _cluster.Monitor,
            var t when t == typeof(IEnergyGrain) => _cluster.Energy,
            var t when t == typeof(ITaskGrain) => new FakeTask(_cluster, TaskId.TryParse(key, out var id) ? id : throw new InvalidOperationException(key)),
            var t => throw new InvalidOperationException($"REST asked for a {t}"),
        };
    }
}
