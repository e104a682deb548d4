using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Reasons;

/// <summary>One reason for each waiting task, with its evidence.</summary>
public class ReasonTests
{
    private readonly VirtualPool _pool = new();

    [Fact]
    public void Backoff_says_what_failed_and_when_the_next_attempt_begins()
    {
        _pool.Ending = _ => new ExitInfo { Code = 3, Cause = ExitCause.ExitCode };
        _pool.Node("n", Make.Cpu(1));
        _pool.Submit(Make.Task("a") with { Retries = 1, RetryBackoff = TimeSpan.FromSeconds(30) });
        _pool.Run(untilSeconds: 11);
        var waiting = Explain(1);
        Assert.Equal((WaitReason.Backoff, "attempt 1 failed: exit code 3; the next begins in 20s", 0), (waiting.Reason, waiting.Evidence, waiting.Position));
    }

    [Fact]
    public void Limit_names_the_limit_and_what_is_held()
    {
        _pool.Node("n", Make.Cpu(8));
        _pool.Agent("a", limit: Make.Cpu(2));
        _pool.Submit(Make.Task("a"), 4);
        _pool.Submit(Make.Task("b"));
        _pool.Decide();
        Assert.Equal(3, _pool.Starts.Count); // the limit of one does not block the other
        Assert.Equal((WaitReason.Limit, "agent a holds cpu=2 of its limit cpu=2; this needs cpu=1"), (Explain(3).Reason, Explain(3).Evidence));
        Assert.Equal(2, _pool.Scheduler.Describe(_pool.Now).Waiting[WaitReason.Limit]);
    }

    [Fact]
    public void The_first_in_order_waits_for_capacity_and_the_others_for_their_turn()
    {
        _pool.Node("n", Make.Cpu(2));
        _pool.Submit(Make.Task("a", seconds: 10), 2);
        _pool.Decide();
        _pool.Submit(Make.Task("b", 2, 5), 2);
        _pool.Submit(Make.Task("c", 1, 5), 1);
        _pool.Submit(Make.Task("a"), 1);
        _pool.Decide();
        Assert.Equal((WaitReason.Capacity, "needs cpu=2; largest free node n has cpu=0", "wait: about 10s, lower --cpu, or add a node", 1),
            (Explain(3).Reason, Explain(3).Evidence, Explain(3).NextStep, Explain(3).Position));
        Assert.All(new[] { 4L, 5, 6 }, n => Assert.Equal(WaitReason.Share, Explain(n).Reason));
        Assert.Equal([1, 2, 3, 4], new[] { 3L, 5, 6, 4 }.Select(n => Explain(n).Position));
    }

    [Fact]
    public void Fragmented_says_that_there_is_room_in_sum()
    {
        _pool.Node("n1", Make.Cpu(4));
        _pool.Node("n2", Make.Cpu(4));
        _pool.Submit(Make.Task("a", 3, 10), 2);
        _pool.Decide();
        _pool.Submit(Make.Task("b", 2));
        _pool.Decide();
        Assert.Equal((WaitReason.Fragmented, "needs cpu=2 on one node; in sum cpu=2 is free, at most cpu=1 on one (n1)"), (Explain(3).Reason, Explain(3).Evidence));
    }

    [Fact]
    public void A_long_queue_is_described_without_looking_at_every_task()
    {
        _pool.Node("n", Make.Cpu(2));
        _pool.Submit(Make.Task("a"), 50_000);
        _pool.Decide();
        var view = _pool.Scheduler.Describe(_pool.Now);
        Assert.Equal((1, 49_997), (view.Waiting[WaitReason.Capacity], view.Waiting[WaitReason.Share]));
        Assert.InRange(Explain(40_000).Position, 39_500, 40_500); // an estimate in so long a queue
    }

    private WaitExplanation Explain(long number) => _pool.Scheduler.Explain(number, _pool.Now)!;
}
