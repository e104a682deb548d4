using Granary.EmbeddedHost.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Tests;

public interface IRacingGrain : IGrainWithStringKey
{
    Task Race(string log);

    Task Tick(TimeSpan period);

    Task<int> Ticks();
}

/// <summary>Loses updates when its requests interleave, which it allows.</summary>
[Reentrant]
public sealed class RacingGrain : Grain, IRacingGrain
{
    private int _ticks;

    public async Task Race(string log)
    {
        Barriers.Note(log, $"{this.GetPrimaryKeyString()} in");
        await Task.Yield();
        Barriers.Note(log, $"{this.GetPrimaryKeyString()} out");
    }

    public Task Tick(TimeSpan period)
    {
        this.RegisterGrainTimer(() => Task.FromResult(_ticks++), new GrainTimerCreationOptions(period, period) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);
}

public sealed class SimulationTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_other_seeds_give_others()
    {
        var runs = Enumerable.Range(0, 8).Select(seed => (First: Race(seed), Second: Race(seed))).ToArray();
        Assert.All(runs, run => Assert.Equal(run.First, run.Second));
        Assert.True(runs.Select(r => string.Join('|', r.First)).Distinct().Count() > 4);
    }

    [Fact]
    public void A_month_of_timers_passes_at_once()
    {
        var simulation = new SimulationScheduler(1);
        var ticks = 0;
        Simulate(simulation, async grains =>
        {
            var grain = grains.GetGrain<IRacingGrain>("clock");
            await grain.Tick(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromDays(30), simulation.Time);
            ticks = await grain.Ticks();
        });
        Assert.InRange(ticks, (30 * 24 * 60) - 1, 30 * 24 * 60);
    }

    [Fact]
    public void A_deadlock_is_an_error()
    {
        var simulation = new SimulationScheduler(1);
        Assert.Throws<InvalidOperationException>(() => simulation.Run(() => new TaskCompletionSource().Task));
    }

    private static string[] Race(int seed)
    {
        var log = Guid.NewGuid().ToString("N");
        Simulate(new SimulationScheduler(seed), grains => Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => grains.GetGrain<IRacingGrain>($"racer {i % 3}").Race(log))));
        return Barriers.Notes(log);
    }

    private static void Simulate(SimulationScheduler simulation, Func<IGrainFactory, Task> main)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseSimulation(simulation));
        using var host = builder.Build();
        simulation.RunAside(() => host.StartAsync());
        simulation.Run(() => main(host.Services.GetRequiredService<IGrainFactory>()));
        simulation.RunAside(() => host.StopAsync());
    }
}
