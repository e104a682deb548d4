using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cases;

/// <summary>[Slurm] 32 processors; tasks (priority, processors, minutes): (10,1,10) runs, (5,32,10) waits, what does not delay it may go before.</summary>
public class BackfillCases
{
    [Theory]
    [InlineData(31, 5, 0, 10)]   // fits beside the first and ends before the large one can start: backfills
    [InlineData(31, 10, 0, 10)]  // ends just then
    [InlineData(31, 15, 20, 10)] // would delay it: waits until the large one has ended
    public void A_task_goes_before_a_waiting_larger_one_only_if_it_does_not_delay_it(int cores, int minutes, int startsAt, int largeStartsAt)
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.Zero });
        pool.Node("n", Make.Cpu(32));
        pool.Submit(Make.Task("a", 1, 600, priority: 10));
        pool.Submit(Make.Task("a", 32, 600, priority: 5));
        pool.Submit(Make.Task("a", cores, minutes * 60, priority: 1));
        pool.Run();
        var starts = pool.Starts.ToDictionary(s => s.Assignment.Lease.Task.Number, s => (s.At - VirtualPool.Start) / Clock.Second / 60);
        Assert.Equal([0, largeStartsAt, startsAt], [starts[1], starts[2], starts[3]]);
    }

    [Fact]
    public void A_whole_node_task_starts_by_its_reservation_under_an_endless_stream_of_small_ones()
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(10) });
        pool.Node("n1", Make.Cpu(4));
        pool.Node("n2", Make.Cpu(4));
        for (var i = 0; i < 200; i++) pool.Submit(Make.Task("small", 1, 2 + i * 7 % 20 / 10.0)); // never two ends at once
        pool.At(0.5, () => pool.Submit(Make.Task("large", 4, 5)));
        pool.Run();
        var large = pool.Starts.Single(s => s.Assignment.Spec.Agent == "large");
        // passed over for the guard's 10 s, then at most one small task's 4 s until a node has drained
        Assert.InRange((large.At - VirtualPool.Start) / Clock.Second, 10, 15);
    }
}
