using Granary.EmbeddedHost;
using Granary.EmbeddedHost.Simulation;
using Granary.Grains;
using Granary.Grains.Nodes;
using Granary.Scheduling;
using Granary.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.Faults;

/// <summary>The server, from one kill to the next.</summary>
internal sealed class Server(World world)
{
    /// <summary>One process of it.</summary>
    internal sealed record Life(SimulationProcess Process, IGrainFactory Grains, TaskCompletionSource Death)
    {
        public Task Died => Death.Task;
    }

    private Life? _life;

    public bool IsAlive => _life is not null;

    public Life Current => _life ?? throw new InvalidOperationException("the server is down");

    /// <summary>Null while it is down.</summary>
    public DateTimeOffset? AliveSince { get; private set; }

    public void Start()
    {
        if (IsAlive) return;
        var process = new SimulationProcess(world.Simulation) { Skew = world.ServerSkew };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseSimulation(process));
        var services = builder.Services;
        services.AddSingleton<IHostLifetime, Unattended>(); // thousands of servers must not listen for the console's signals
        services.AddKeyedSingleton<IGrainStorage>(NodeGrain.StorageName, (s, _) => new DiskStates(world.Disk, s.GetRequiredService<Serializer>(), process.Time));
        services.AddSingleton<IPoolStore>(new DiskStore(world.Disk, process.Time, world.Options.Bug == PlantedBug.AcknowledgeBeforeCommit));
        services.AddGranaryGrains();
        services.AddSingleton(new SchedulerOptions());
        services.AddSingleton(new CohortOptions());
        services.AddSingleton(Options.Create(new GrainOptions
        {
            SuspectAfter = World.SuspectAfter,
            LostAfter = World.LostAfter,
            SnapshotAfterBytes = world.SnapshotAfterBytes,
            HandOverAfter = World.HandOverAfter,
            SnapshotTasksPerTurn = world.SnapshotTasksPerTurn,
        }));
        var host = builder.Build();
        world.Simulation.RunAside(() => host.StartAsync());
        _life = new Life(process, host.Services.GetRequiredService<IGrainFactory>(), new TaskCompletionSource());
        AliveSince = world.Now;
        world.Story.Tell("the server starts");
    }

    private sealed class Unattended : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    public void Kill()
    {
        if (_life is not { } life) return;
        foreach (var machine in world.Machines) machine.Judge();
        world.Story.Tell("the server is killed");
        life.Process.Kill();
        _life = null;
        AliveSince = null;
        world.Disk.Crash();
        life.Death.TrySetResult();
    }
}
