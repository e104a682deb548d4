using Granary.Abstractions;

namespace Granary.Faults;

/// <summary>Does harm at random moments until its time is over, then puts everything right.</summary>
internal sealed class Adversary(World world)
{
    private readonly DateTimeOffset _until = world.Now + world.Options.Trouble;

    public bool Done { get; private set; }

    public void Start() => Next();

    private void Next() => world.After(world.Options.Between * -Math.Log(1 - world.Random.NextDouble()), Act);

    private void Act()
    {
        if (world.Now >= _until)
        {
            Heal();
            Done = true;
            return;
        }
        world.Figures.Faults++;
        var machine = world.Machines[world.Draw(world.Machines.Count)];
        switch (world.Draw(15))
        {
            case 0 or 1:
                world.Figures.ServerKills++;
                world.Server.Kill();
                world.After(world.Chance(0.2) ? world.Between(0, 15_000) : world.Between(0, 2000), world.Server.Start);
                break;
            case 2 or 3:
                world.Figures.AgentKills++;
                machine.KillAgent();
                world.After(world.Chance(0.3) ? world.Between(0, 15_000) : world.Between(0, 2000), machine.StartAgent);
                break;
            case 4:
                world.Figures.Reboots++;
                machine.PowerOff();
                world.After(world.Between(1000, 15_000), machine.PowerOn);
                break;
            case 5 or 6:
                world.Figures.Cuts++;
                world.Story.Tell($"{machine.Name} is cut off");
                machine.Link.Cut = true;
                world.After(world.Chance(0.4) ? world.Between(0, 20_000) : world.Between(0, 3000), () => machine.Link.Cut = false);
                break;
            case 7:
                world.Disk.Failing = 1 + world.Draw(3);
                break;
            case 8:
                world.Disk.Full = true;
                world.After(world.Between(100, 5000), () => world.Disk.Full = false);
                break;
            case 9:
                world.Disk.Latency = TimeSpan.FromSeconds(world.Random.NextDouble() * 2);
                world.After(world.Between(100, 5000), () => world.Disk.Latency = TimeSpan.FromMilliseconds(4));
                break;
            case 10:
                machine.Shim.KillOne(world.Draw(100));
                break;
            case 11:
                // a clock that was wrong is set, or one that was right is set wrong
                machine.Skew = world.Between(-60_000, 60_000);
                if (machine.Agent is { } agent) agent.Skew = machine.Skew;
                break;
            case 12:
                world.ServerSkew = world.Between(-20_000, 20_000);
                if (world.Server.IsAlive) world.Server.Current.Process.Skew = world.ServerSkew;
                break;
            case 13:
                world.Story.Tell($"{machine.Name} is under upkeep");
                Upkeep(machine, n => world.Chance(0.5) ? n.Drain() : n.Cordon());
                world.After(world.Between(500, 8000), () => Upkeep(machine, n => n.Uncordon()));
                break;
            case 14:
                (world.Loss, world.Repeats) = (world.Random.NextDouble() * 0.3, world.Random.NextDouble() * 0.3);
                world.After(world.Between(500, 5000), () => (world.Loss, world.Repeats) = (0.01, 0.02));
                break;
        }
        Next();
    }

    private void Heal()
    {
        world.Story.Tell("the trouble is over");
        (world.Loss, world.Repeats) = (0, 0);
        world.Disk.Failing = 0;
        world.Disk.Full = false;
        world.Disk.Latency = TimeSpan.FromMilliseconds(4);
        world.Server.Start();
        foreach (var machine in world.Machines)
        {
            machine.Link.Cut = false;
            if (!machine.IsUp) machine.PowerOn();
            machine.StartAgent();
        }
    }

    /// <summary>An operator does it until it is done, or something else is wanted.</summary>
    private void Upkeep(Machine machine, Func<INodeGrain, Task> what) => Upkeep(machine, what, ++machine.UpkeepOrders);

    private void Upkeep(Machine machine, Func<INodeGrain, Task> what, int order)
    {
        if (machine.UpkeepOrders != order) return;
        if (!world.Server.IsAlive)
        {
            world.After(TimeSpan.FromSeconds(1), () => Upkeep(machine, what, order));
            return;
        }
        _ = TryAsync();

        async Task TryAsync()
        {
            try
            {
                var life = world.Server.Current;
                var call = what(life.Grains.GetGrain<INodeGrain>(machine.Name));
                if (await Task.WhenAny(call, life.Died) == call)
                {
                    await call;
                    return;
                }
            }
            catch (Exception)
            {
                // asked again below
            }
            world.After(TimeSpan.FromSeconds(1), () => Upkeep(machine, what, order));
        }
    }
}
