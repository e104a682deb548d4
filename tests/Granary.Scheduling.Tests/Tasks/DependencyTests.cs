using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Dependencies;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Tasks;

public class DependencyTests
{
    private readonly VirtualPool _pool = new();

    public DependencyTests() => _pool.Node("n", Make.Cpu(8));

    [Fact]
    public void An_item_waits_for_every_member_of_an_earlier_one()
    {
        _pool.Submit("", new SubmitItem(Make.Task("a", seconds: 2), 3), new SubmitItem(Make.Task("a", seconds: 1), 2, AfterItems: [0]));
        _pool.Decide();
        Assert.Equal(3, _pool.Starts.Count);
        var waiting = _pool.Scheduler.Get(4, _pool.Now)!;
        Assert.Equal((WaitReason.Dependency, 0), (waiting.WaitReason, waiting.Position));
        Assert.Equal([1L, 2, 3], waiting.After.Select(t => t.Number));
        _pool.Run();
        Assert.All(_pool.Starts.Skip(3), s => Assert.Equal(VirtualPool.Start + 2 * Clock.Second, s.At));
    }

    [Fact]
    public void A_task_that_succeeded_and_left_memory_still_counts()
    {
        _pool.Submit(Make.Task("a"));
        _pool.Run();
        _pool.Submit(Make.Task("a"), after: [1]);
        _pool.Run();
        Assert.Equal(2, _pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    [Fact]
    public void What_depends_on_a_failure_is_cancelled_and_so_is_what_depends_on_that()
    {
        _pool.Ending = _ => new ExitInfo { Code = 1, Cause = ExitCause.ExitCode };
        _pool.Submit("", new SubmitItem(Make.Task("a")), new SubmitItem(Make.Task("a"), 3, AfterItems: [0]), new SubmitItem(Make.Task("a"), AfterItems: [1]));
        _pool.Run();
        Assert.Equal(5, _pool.Final.Count);
        Assert.Equal("task default/1 it depends on failed", _pool.Final.Single(t => t.Id.Number == 2).Reason);
        Assert.All(_pool.Final.Skip(1), t => Assert.Equal(TaskState.Cancelled, t.State));
        _pool.Submit(Make.Task("a"), after: [1]); // failed long ago
        Assert.Equal((6, TaskState.Cancelled), (_pool.Final[^1].Id.Number, _pool.Final[^1].State));
    }

    [Fact]
    public void Cancelling_or_refusing_what_is_waited_for_cancels_what_waits()
    {
        _pool.Submit("", new SubmitItem(Make.Task("a", seconds: 50)), new SubmitItem(Make.Task("a", seconds: 100, deadline: 1)), new SubmitItem(Make.Task("a"), AfterItems: [1]));
        Assert.Equal([TaskState.Rejected, TaskState.Cancelled], _pool.Final.Select(t => t.State));
        _pool.Submit(Make.Task("a"), after: [1]);
        _pool.Decide();
        _pool.Cancel(1);
        _pool.Run();
        Assert.All(_pool.Final.TakeLast(2), t => Assert.Equal(TaskState.Cancelled, t.State));
    }

    [Fact]
    public void Outcomes_of_many_tasks_take_little_room_and_are_remembered()
    {
        var outcomes = new OutcomeSet();
        for (var number = 1; number < 100_000; number++)
            if (number is not (5000 or 70_000)) outcomes.Add(number);
        Assert.False(outcomes.Contains(0));
        Assert.False(outcomes.Contains(5000));
        Assert.False(outcomes.Contains(100_000));
        Assert.True(outcomes.Contains(99_999));
        Assert.Equal(22, Enumerable.Range(0, outcomes.PageCount).Count(outcomes.IsWhole)); // all but the two with a failure and the last
    }
}
