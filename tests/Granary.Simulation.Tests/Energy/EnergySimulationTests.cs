using Granary.Scheduling;
using Granary.Simulation.Energy;
using Granary.Simulation.Workloads;
using Granary.Simulation.Workloads.Generators;

namespace Granary.Simulation.Tests.Energy;

public sealed class EnergySimulationTests
{
    private static Workload Of(params (double Submit, double Run, int Processors)[] jobs) => new()
    {
        Jobs = [.. jobs.Select((j, i) => new Job { Id = i, Submit = (long)(j.Submit * Clock.Second), Run = (long)(j.Run * Clock.Second), Processors = j.Processors })],
    };

    [Fact]
    public void Without_plans_energy_is_idle_watts_and_work()
    {
        var outcome = EnergySimulation.Run(Of((0, 3600, 8)), new() { Nodes = 4, PlanEvery = TimeSpan.Zero });
        Assert.Equal((4 * 0.1) + (2 * 0.2), outcome.Kwh, 9);
        Assert.Equal((0, 0), (outcome.Parked, outcome.Woken));
    }

    [Fact]
    public void What_is_not_needed_is_parked_and_woken_for_a_job_that_waits_no_longer_than_a_wake()
    {
        var terms = new EnergyTerms { Nodes = 10, Plan = new() { ParkedWatts = 5, Headroom = 0.1 } };
        var outcome = EnergySimulation.Run(Of((0, 7200, 4), (3600, 600, 32)), terms);
        Assert.True(outcome.Parked > 5 && outcome.Woken > 5);
        Assert.Equal(60, outcome.MeanWaitS, 0); // one of two waits two minutes
        var always = EnergySimulation.Run(Of((0, 7200, 4), (3600, 600, 32)), terms with { PlanEvery = TimeSpan.Zero });
        Assert.InRange(outcome.Kwh / always.Kwh, 0.3, 0.6);
    }

    [Fact]
    public void Half_loaded_machines_save_what_the_model_says_and_tasks_hardly_wait_longer()
    {
        var work = WorkloadGenerator.Generate(new() { Jobs = 1500, Processors = 256, Load = 0.35, Seed = 5 });
        var always = EnergySimulation.Run(work, new() { PlanEvery = TimeSpan.Zero });
        var planned = EnergySimulation.Run(work, new());
        Assert.InRange(1 - planned.Kwh / always.Kwh, 0.15, 0.6);
        Assert.InRange(planned.MeanWaitS - always.MeanWaitS, 0, 300);
    }

    [Fact]
    public void The_same_workload_gives_the_same_outcome()
    {
        var work = WorkloadGenerator.Generate(new() { Jobs = 300, Processors = 256, Load = 0.5, Seed = 2 });
        Assert.Equal(EnergySimulation.Run(work, new()), EnergySimulation.Run(work, new()));
    }
}
