using System.Collections.Concurrent;
using System.Reflection;
using Granary.Abstractions;
using Orleans;

namespace Granary.Client.Tests;

/// <summary>A cluster of hand-written grains in memory. A proxy, so that it is the same for both hosts, whose client interfaces differ in unused members.</summary>
public class FakeCluster : DispatchProxy
{
    private readonly ConcurrentDictionary<string, FakePool> _pools = new();
    private readonly ConcurrentDictionary<string, FakeNode> _nodes = new();

    public FakeDirectory Directory { get; private set; } = null!;

    public IClusterClient Client => (IClusterClient)(object)this;

    public static FakeCluster Create()
    {
        var cluster = (FakeCluster)(object)Create<IClusterClient, FakeCluster>();
        cluster.Directory = new FakeDirectory(cluster);
        return cluster;
    }

    public FakePool Pool(string name = "default") => _pools.GetOrAdd(name, n => new FakePool(n));

    public FakeNode Node(string name) => _nodes.GetOrAdd(name, n => new FakeNode(n));

    public FakeTask Task(string key) => new(key, Pool(key[..key.LastIndexOf('/')]));

    /// <summary>A client that repeats quickly, and for as long as tests are patient.</summary>
    public GranaryClient Connect(TimeSpan? retryFor = null, bool gather = false) => new(Client, new GranaryClientOptions
    {
        GatherSubmissions = gather,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        RetryFor = retryFor ?? TimeSpan.FromSeconds(30),
    });

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod is { Name: "GetGrain", IsGenericMethod: true } && args?[0] is string key)
        {
            var asked = targetMethod.GetGenericArguments()[0];
            if (asked == typeof(IPoolGrain)) return Forward.To<IPoolGrain>(Pool(key));
            if (asked == typeof(IDirectoryGrain)) return Forward.To<IDirectoryGrain>(Directory);
            if (asked == typeof(INodeGrain)) return Forward.To<INodeGrain>(Node(key));
            if (asked == typeof(ITelemetryGrain)) return Forward.To<ITelemetryGrain>(new FakeTelemetry());
            if (asked == typeof(IOptimizerGrain)) return Forward.To<IOptimizerGrain>(new FakeOptimizer(key));
            if (asked == typeof(IPredictorGrain)) return Forward.To<IPredictorGrain>(new FakePredictor());
            if (asked == typeof(IMonitorGrain)) return Forward.To<IMonitorGrain>(new FakeMonitor());
            if (asked == typeof(ICapacityGrain)) return Forward.To<ICapacityGrain>(new FakeCapacity(key));
            if (asked == typeof(IApplicationGrain)) return Forward.To<IApplicationGrain>(new FakeApplication());
            if (asked == typeof(IAgentGrain)) return Forward.To<IAgentGrain>(new FakeAgent(key, Directory));
            if (asked == typeof(ITaskGrain)) return Forward.To<ITaskGrain>(Task(key));
        }
        throw new NotSupportedException($"the fake cluster does not know {targetMethod}");
    }
}
