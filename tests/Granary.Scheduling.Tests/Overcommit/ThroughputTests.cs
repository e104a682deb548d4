using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>What overcommit is worth: ten nodes of sixteen cores, tasks of one to four that use 35 to 65% of what they ask for, and an agent with a guarantee that comes and goes.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    private const int Nodes = 10;
    private const int Cores = 16;
    private const double Seconds = 7200;
    private const double Guarantee = 32;

    [Fact]
    public void Tasks_that_ask_for_twice_what_they_use_get_more_work_done_under_a_ceiling_of_one_and_a_half()
    {
        var plain = Simulate(1);
        var over = Simulate(1.5);
        foreach (var (name, run) in new[] { ("ceiling 1.0", plain), ("ceiling 1.5", over) })
            output.WriteLine(FormattableString.Invariant($"{name}: {run.CoreHours:0.0} core hours of requests done, cpu used {run.Used:P1}, {run.Stopped} stopped, nodes asked for more than they have {run.Saturated:P2} of the time, guarantee unmet after 10 s {run.Unmet} of {run.Bursts} times"));
        Assert.True(over.CoreHours >= 1.15 * plain.CoreHours, $"{over.CoreHours} core hours against {plain.CoreHours}");
        Assert.True(over.Used >= 1.25 * plain.Used, $"{over.Used} used against {plain.Used}");
        Assert.True(over.Saturated < 0.01, $"nodes were asked for more than they have {over.Saturated} of the time");
        Assert.Equal((0, 0), (plain.Unmet, over.Unmet));
        Assert.True(over.Bursts == 9);
    }

    private static Figures Simulate(double ceiling)
    {
        var world = new MeasuredPool(MeasuredPool.Policy(ceiling) with { History = TimeSpan.FromSeconds(60) },
            (a, at) => 0.35 + (a.Lease.Task.Number * 7919 % 31 / 100.0) + (0.05 * Math.Sin(at / 40)));
        for (var i = 0; i < Nodes; i++) world.Pool.Node($"n{i}", Make.Cpu(Cores));
        world.Pool.Agent("owed", guarantee: Make.Cpu(Guarantee));
        var random = new Random(7);
        for (var i = 0; i < 2500; i++) world.Pool.Submit(Make.Task($"a{i % 8}", cores: 1 + random.Next(4), seconds: 600 + random.Next(1200)));
        var (unmet, bursts, used, samples) = (0, 0, 0.0, 0);
        for (var at = 2; at <= Seconds; at += 2)
        {
            world.Run(at);
            for (var i = 0; i < Nodes; i++) used += Math.Min(1, world.UseOf($"n{i}").CpuMilli / (Cores * 1000.0));
            samples += Nodes;
            var phase = at % 800;
            if (phase == 400)
            {
                bursts++;
                world.Pool.Submit(Make.Task("owed", cores: 2, seconds: 120), (int)(Guarantee / 2));
            }
            else if (phase == 410 && world.Pool.Running.Where(r => r.Spec.Agent == "owed").Sum(r => r.Spec.Resources.CpuMilli) < Guarantee * 1000)
                unmet++;
        }
        var done = world.Pool.Final.Where(t => t.State == TaskState.Succeeded).Sum(t => t.Spec.Resources.CpuMilli / 1000.0 * t.Spec.Duration!.Value.TotalHours);
        return new Figures(done, used / samples, world.Pool.Stops.Count, world.Saturated.Count / (double)samples, unmet, bursts);
    }

    private sealed record Figures(double CoreHours, double Used, int Stopped, double Saturated, int Unmet, int Bursts);
}
