using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

public sealed class StarvationGuardTests
{
    /// <summary>
    /// Many agents wait past the guard on one full node, and nothing takes as long as it was said to: reservations come due together, and must
    /// not wait for each other.
    /// </summary>
    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(2, 1.0)]
    [InlineData(3, 3.0)]
    [InlineData(4, 10.0)]
    public void Reservations_that_come_due_together_do_not_stop_the_pool(int seed, double stretch)
    {
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(3), DefaultDuration = TimeSpan.FromSeconds(10) });
        pool.RunTime = a => (long)(stretch * random.Next(200_000, 4_000_000));
        pool.Node("n", Make.Cpu(2));
        const int Agents = 60, Each = 4;
        for (var agent = 0; agent < Agents; agent++)
            pool.Submit(Make.Task($"a{agent}", cores: 0.5 * random.Next(1, 4)) with { Duration = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(2) }, Each);
        pool.Run();
        Assert.Equal(Agents * Each, pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    [Fact]
    public void A_guard_of_an_agent_at_its_limit_does_not_keep_others_waiting()
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(2) });
        pool.Node("n", Make.Cpu(4));
        pool.Agent("full", limit: Make.Cpu(2));
        pool.Submit(Make.Task("other", cores: 3, seconds: 5), 2);
        pool.Submit(Make.Task("full", cores: 2, seconds: 100), 2);
        pool.At(1, () => pool.Submit(Make.Task("late", cores: 2, seconds: 1), 20));
        pool.Run(60);
        Assert.Equal(20, pool.Final.Count(t => t.Spec.Agent == "late" && t.State == TaskState.Succeeded));
    }
}
