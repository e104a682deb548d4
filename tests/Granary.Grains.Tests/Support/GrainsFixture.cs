using Granary.Abstractions;
using Granary.Grains.Energy;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Granary.Grains.Tests.Support;

/// <summary>The grains on a test cluster of one silo, over a store that tests can hold and break. Health times are short.</summary>
public sealed class GrainsFixture : IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster;

    public GrainsFixture()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            TestGrains.Add(silo, Store);
            silo.Services.AddSingleton(new EnergyGrainOptions
            {
                Plan = new() { ParkedWatts = 2 },
                Round = TimeSpan.FromMilliseconds(100),
                Sleep = (node, _) => Task.FromResult(Asleep.Add(node)),
                Wake = (node, _) => Task.FromResult(Asleep.Remove(node)),
            });
            silo.Services.AddSingleton(new Services.ServiceGrainOptions
            {
                MaxServices = 8,
                Round = TimeSpan.FromMilliseconds(50),
                Refuses = url => url.Port == 9 ? "port 9 is for nobody" : null,
            });
            silo.Services.Configure<Prediction.PredictionOptions>(o => o.FitShare = 1); // tests do not wait for rests between fits
            silo.Services.Configure<Optimization.OptimizationOptions>(o => (o.SampleEvery, o.SamplesPerPlan, o.Memory) = (TimeSpan.FromMilliseconds(50), 10, 400));
            silo.Services.AddSingleton(Options.Create(new GrainOptions
            {
                // nodes without an agent here: longer than a test takes on a loaded machine, unless it waits for their loss
                SuspectAfter = TimeSpan.FromSeconds(3),
                LostAfter = TimeSpan.FromSeconds(5),
                HandOverAfter = TimeSpan.FromMilliseconds(200),
            }));
        });
        _cluster = builder.Build();
    }

    internal MemoryStore Store { get; } = new();

    /// <summary>Machines that an energy plan put to sleep.</summary>
    internal HashSet<string> Asleep { get; } = new(StringComparer.Ordinal);

    internal IGrainFactory Grains => _cluster.Client;

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    /// <summary>A pool of its own with one node that has joined.</summary>
    internal async Task<(IPoolGrain Pool, INodeGrain Node, string Session)> PoolWithNodeAsync(string name, int cpus = 4)
    {
        var node = Grains.GetGrain<INodeGrain>($"n-{name}");
        var session = Guid.NewGuid().ToString("N");
        await JoinAsync(node, session, Spec(name, cpus));
        return (Grains.GetGrain<IPoolGrain>(name), node, session);
    }

    /// <summary>A node of that name joins a pool.</summary>
    internal async Task<(INodeGrain Node, string Session)> JoinAsync(string name, string pool, int cpus)
    {
        var (node, session) = (Grains.GetGrain<INodeGrain>(name), Guid.NewGuid().ToString("N"));
        await JoinAsync(node, session, Spec(pool, cpus) with { Name = name });
        return (node, session);
    }

    /// <summary>Joins as an agent does.</summary>
    internal static async Task<JoinReply> JoinAsync(INodeGrain node, string session, NodeSpec spec, params IReadOnlyList<Lease> live) =>
        await node.Join(new JoinRequest(session, spec, live, "test", await node.Greet(session)));

    internal static NodeSpec Spec(string pool, int cpus = 4) =>
        new() { Name = $"n-{pool}", Pool = pool, Capacity = new ResourceSet { CpuMilli = cpus * 1000, MemoryMiB = 4096 } };

    internal static SubmitBatch Batch(int count = 1, string? operation = null) => new(
        operation ?? Guid.NewGuid().ToString("N"),
        [new SubmitItem(new TaskSpec { Agent = "a", Command = ["true"], Resources = new ResourceSet { CpuMilli = 1000 } }, count)]);

    /// <summary>What the agent would be sent next; keeps the node alive by polling.</summary>
    internal static async Task<IReadOnlyList<NodeCommand>> NextCommandsAsync(INodeGrain node, string session)
    {
        for (var i = 0; i < 100; i++)
        {
            var commands = await node.Poll(new PollRequest(session, 0, TimeSpan.FromMilliseconds(100)));
            if (commands.Commands.Count > 0) return commands.Commands;
        }
        throw new TimeoutException("no command came");
    }
}
