using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Load;

public class PoolLimitTests
{
    private static readonly TaskSpec Task = Make.Task("a");

    [Fact]
    public void What_a_pool_may_hold_is_bounded_and_the_refusal_says_when_to_come_back()
    {
        var pool = new VirtualPool(new SchedulerOptions { MaxQueued = 100 });
        pool.Submit("one", new SubmitItem(Task, 90));
        var full = Refused(pool, new SubmitItem(Task, 11));
        Assert.Equal((ErrorCode.Refused, TimeSpan.FromSeconds(60)), (full.Code, full.RetryAfter!.Value)); // nothing has drained yet
        Assert.Contains("pool default holds 90 waiting tasks of at most 100; 11 more do not fit", full.Message);
        Assert.Contains("raise Scheduler:MaxQueued", full.Message);
        Assert.Equal(91, pool.Submit("ten", new SubmitItem(Task, 10)).First);
        Assert.Equal(1, pool.Submit("one", new SubmitItem(Task, 90)).First); // a repetition is answered though there is no room
        Assert.Equal(100, pool.Scheduler.QueuedTasks);

        var never = Refused(pool, new SubmitItem(Task, 101));
        Assert.Null(never.RetryAfter);
        Assert.Contains("submit fewer at a time", never.Message);
    }

    [Fact]
    public void One_agent_cannot_take_all_the_room()
    {
        var pool = new VirtualPool(new SchedulerOptions { MaxQueued = 100, MaxQueuedPerAgent = 40 });
        pool.Submit("", new SubmitItem(Task, 30));
        var error = Refused(pool, new SubmitItem(Make.Task("b"), 5), new SubmitItem(Task, 6), new SubmitItem(Task, 5));
        Assert.Contains("agent a has 30 waiting tasks of at most 40 in pool default; 11 more do not fit", error.Message);
        Assert.NotNull(error.RetryAfter);
        pool.Submit("", new SubmitItem(Make.Task("b"), 40), new SubmitItem(Task, 10));
        Assert.NotNull(Refused(pool, new SubmitItem(Make.Task("b"), 1)).RetryAfter);
    }

    [Fact]
    public void Texts_that_tasks_hold_are_bounded_and_counted_back()
    {
        var pool = new VirtualPool(new SchedulerOptions { MaxSpecBytes = 1 << 20 });
        var large = Task with { Command = ["run", new string('x', 300_000)] };
        pool.Submit("", new SubmitItem(large, 1000)); // members share one specification
        pool.Submit("", new SubmitItem(large));
        Assert.InRange(pool.Scheduler.SpecBytes, 1_200_000, 1_210_000);
        Assert.Contains("MiB of specifications of at most 1 MiB", Refused(pool, new SubmitItem(Task)).Message);
        pool.Scheduler.Cancel(new CancelRequest([.. Enumerable.Range(1, 1001).Select(n => (long)n)], ""), pool.Now, new EventBatch(), NoEffects.Instance);
        Assert.Equal(0, pool.Scheduler.SpecBytes);
        pool.Submit("", new SubmitItem(Task));
    }

    [Fact]
    public void An_agent_that_submits_too_fast_is_told_when_it_may_go_on()
    {
        var pool = new VirtualPool();
        var limited = new AgentSpec { Id = "a", Terms = new AgentTerms { Rate = new SubmitRate(10, 20) } };
        pool.Scheduler.SetAgents([limited], pool.Now, new EventBatch(), NoEffects.Instance);
        pool.Submit("", new SubmitItem(Task, 15));
        var early = Refused(pool, new SubmitItem(Make.Task("b")), new SubmitItem(Task, 10));
        Assert.Equal(TimeSpan.FromSeconds(0.5), early.RetryAfter);
        Assert.Contains("agent a may submit 10/s with bursts of 20; 10 more can come in 500ms", early.Message);
        pool.Submit("", new SubmitItem(Make.Task("b"), 1000)); // others are not held up
        Assert.Null(Refused(pool, new SubmitItem(Task, 21)).RetryAfter); // never at once
        Assert.Throws<GranaryException>(() => pool.Submit("", new SubmitItem(Task with { Agent = "a", Priority = 5000 }, 5))); // refused for itself: takes no token
        pool.Submit("", new SubmitItem(Task, 5));

        Assert.Throws<GranaryException>(() => pool.Scheduler.SetAgents([limited with { Terms = new AgentTerms { Rate = new SubmitRate(0, 1) } }], pool.Now, new EventBatch(), NoEffects.Instance));
    }

    [Fact]
    public void The_wait_follows_how_fast_the_queue_drains()
    {
        var meter = new Granary.Scheduling.Load.DrainMeter();
        var now = 1_000_000L;
        Assert.Equal(TimeSpan.FromSeconds(60), meter.RetryAfter(10, now));
        for (var second = 0; second < 100; second++)
        {
            for (var i = 0; i < 50; i++) meter.Left();
            now += 1_000_000;
            meter.RateAt(now);
        }
        Assert.InRange(meter.RateAt(now), 49.9, 50.1);
        Assert.InRange(meter.RetryAfter(100, now).TotalSeconds, 1.99, 2.01);
        Assert.Equal(TimeSpan.FromSeconds(0.1), meter.RetryAfter(1, now));
        Assert.Equal(TimeSpan.FromSeconds(60), meter.RetryAfter(1_000_000, now));
    }

    [Fact]
    public void A_rate_is_in_the_journal_and_in_snapshots()
    {
        var pool = new VirtualPool();
        var spec = new AgentSpec { Id = "a", Terms = new AgentTerms { Rate = new SubmitRate(2.5, 7), NeverPreempted = true } };
        pool.Scheduler.SetAgents([spec], pool.Now, new EventBatch(), NoEffects.Instance);
        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        pool.Scheduler.WriteSnapshot(writer);
        Assert.Equal(spec, PoolScheduler.ReadSnapshot(writer.WrittenSpan, new SchedulerOptions()).ShareOf("a", pool.Now)!.Spec);
    }

    private static GranaryException Refused(VirtualPool pool, params SubmitItem[] items)
    {
        var events = pool.Events.Count;
        var error = Assert.Throws<GranaryException>(() => pool.Submit("", items));
        Assert.Equal(ErrorCode.Refused, error.Code);
        Assert.Equal(events, pool.Events.Count);
        return error;
    }
}
