using Granary.EmbeddedHost.Simulation;
using Granary.Execution;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Faults;

/// <summary>
/// A machine: its shim with the processes, which outlives agents; the agent, which is killed and starts again; the link to the server.
/// </summary>
internal sealed class Machine
{
    private readonly World _world;
    private DateTimeOffset _heard = DateTimeOffset.MinValue;
    private DateTimeOffset _fencedBefore = DateTimeOffset.MinValue;
    private int _life;

    public Machine(World world, string name, string pool, int cpuMilli, int memoryMiB)
    {
        _world = world;
        Name = name;
        Spec = new NodeSpec { Name = name, Pool = pool, Capacity = new ResourceSet { CpuMilli = cpuMilli, MemoryMiB = memoryMiB } };
        Shim = new Shim(world, this);
        Link = new Link(world, name) { Heard = OnHeard };
    }

    public string Name { get; }

    public NodeSpec Spec { get; }

    public Shim Shim { get; private set; }

    public Link Link { get; }

    public SimulationProcess? Agent { get; private set; }

    public bool IsUp { get; private set; } = true;

    public TimeSpan Skew { get; set; }

    /// <summary>How often operators wanted something of it: the last word counts.</summary>
    public int UpkeepOrders { get; set; }

    public void StartAgent()
    {
        if (!IsUp || Agent is { IsAlive: true }) return;
        var process = Agent = new SimulationProcess(_world.Simulation) { Skew = Skew };
        var life = ++_life;
        var options = new NodeAgentOptions { Node = Spec, DataDirectory = "/simulated", PollWait = TimeSpan.FromSeconds(5), CallTimeout = TimeSpan.FromSeconds(5) };
        var executor = new MachineExecutor(Shim, process, _world.Options.Bug == PlantedBug.ForgetLease && life > 1);
        _world.Story.Tell($"{Name} starts an agent");
        process.Run(() =>
        {
            var agent = new NodeAgent(new FarNode(_world, Link, process, Name), options, process.Time, NullLogger.Instance, null, () => Sample(process), executor, Spawn);
            _ = SuperviseAsync(agent, process);
        });
    }

    public void KillAgent()
    {
        if (Agent is not { IsAlive: true }) return;
        _world.Story.Tell($"{Name} loses its agent");
        Agent.Kill();
        Shim.Detach();
    }

    /// <summary>Everything on it is gone.</summary>
    public void PowerOff()
    {
        _world.Story.Tell($"{Name} loses power");
        KillAgent();
        IsUp = false;
        Shim.PowerOff();
        Shim = new Shim(_world, this);
    }

    public void PowerOn()
    {
        IsUp = true;
        StartAgent();
    }

    /// <summary>The server had reason to give the run's lease to another node: it did not hear of this one for as long as it takes.</summary>
    public bool Fenced(Run run)
    {
        Judge();
        return run.Started < _fencedBefore;
    }

    /// <summary>Called when the server hears of the machine, and before one server's silence gives way to the next one's.</summary>
    public void Judge() => JudgeAt(_world.Now);

    private void JudgeAt(DateTimeOffset now)
    {
        if (_world.Server.AliveSince is not { } since) return;
        var silence = now - (_heard > since ? _heard : since);
        // a little less than the server's own measure: it counts from its own turn
        if (silence >= World.LostAfter - TimeSpan.FromMilliseconds(300) && now > _fencedBefore) _fencedBefore = now;
    }

    private void OnHeard(DateTimeOffset delivered)
    {
        if (delivered <= _heard) return;
        JudgeAt(delivered);
        _heard = delivered;
    }

    private async Task SuperviseAsync(NodeAgent agent, SimulationProcess process)
    {
        try
        {
            await agent.StartAsync(CancellationToken.None);
            await agent.Ended;
        }
        catch (Exception e)
        {
            _world.Ledger.Violate($"crash: the agent of {Name} failed: {e}");
        }
        // fenced: what supervises agents starts another
        process.Kill();
        Shim.Detach();
        _world.After(TimeSpan.FromSeconds(1), StartAgent);
    }

    private static async Task Spawn(Func<Task> work)
    {
        await Task.Yield();
        await work();
    }

    private NodeSample Sample(SimulationProcess process) => new() { At = process.Time.GetUtcNow(), MemoryTotalMiB = Spec.Capacity.MemoryMiB };
}
