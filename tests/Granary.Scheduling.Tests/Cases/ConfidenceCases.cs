using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cases;

/// <summary>Promises for run times that nobody stated, and what becomes of those that are missed.</summary>
public class ConfidenceCases
{
    [Theory]
    [InlineData(null, 14, "promised with 90% confidence from 14 past runs (14s)")] // the 14th of 14 bounds the next with 14/15, of which 90% is claimed
    [InlineData(0.5, 14, "promised with 50% confidence from 14 past runs (8s)")]
    [InlineData(0.99, 14, "promised with 93% confidence from 14 past runs (14s)")] // more cannot be known from 14
    [InlineData(null, 3, "promised with 75% confidence from 3 past runs (3s)")]
    [InlineData(null, 2, "promised with no stated confidence: no past runs, 1m assumed; state --duration")]
    public void A_promise_says_what_it_rests_on(double? confidence, int runs, string says)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Promises = new PromisePolicy { Confidence = confidence } } }, pool.Now, pool.Events, pool);
        pool.RunTime = a => a.Lease.Task.Number * Clock.Second;
        var unknown = Make.Task("a", name: "index") with { Duration = null };
        for (var i = 0; i < runs; i++) pool.Submit(unknown);
        pool.Run();
        var reply = pool.Submit(unknown with { Deadline = TimeSpan.FromSeconds(200) });
        Assert.Contains($"a deadline of index {says}", reply.Notes);
        var view = pool.Scheduler.Get(runs + 1, pool.Now)!;
        Assert.Equal(says, view.Promise!.Note);
        pool.Scheduler = PoolScheduler.ReadSnapshot(ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        Assert.Equal(view.Promise with { PlannedStart = null }, pool.Scheduler.Get(runs + 1, pool.Now)!.Promise! with { PlannedStart = null });
    }

    [Theory]
    [InlineData("run", TaskState.Succeeded)]
    [InlineData("cancel", TaskState.Cancelled)]
    public void A_missed_promise_is_counted_and_run_first_or_cancelled(string onMiss, TaskState end)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        var policy = new PoolPolicy { Promises = new PromisePolicy { OnMiss = onMiss }, Preemption = new PreemptionPolicy { Enabled = false } };
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = policy }, pool.Now, pool.Events, pool);
        pool.RunTime = a => a.Spec.Agent == "liar" ? 60 * Clock.Second : Clock.ToMicros(a.Spec.Duration!.Value);
        pool.Submit(Make.Task("liar", seconds: 5));
        pool.Decide();
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 20)).Rejected);
        pool.Submit(Make.Task("liar", seconds: 5));
        pool.Run(18);
        var danger = Assert.Single(pool.Scheduler.EndangeredPromises(pool.Now));
        Assert.Equal((2, 15.0), (danger.Slot.Task.Number, (danger.LatestStart - VirtualPool.Start) / (double)Clock.Second));
        Assert.Equal(0, pool.Scheduler.Describe(pool.Now).DeadlinesMissed);
        pool.Run(30);
        Assert.Equal(1, pool.Scheduler.Describe(pool.Now).DeadlinesMissed);
        if (onMiss == "run") Assert.StartsWith("missed; it starts as soon as it can", pool.Scheduler.Get(2, pool.Now)!.Promise!.Note, StringComparison.Ordinal);
        pool.Run();
        Assert.Equal(end, pool.Final.Single(t => t.Spec.Agent == "a").State);
        Assert.Equal(1, pool.Scheduler.Describe(pool.Now).DeadlinesMissed); // once
        if (onMiss == "run") Assert.Equal([1, 2, 3], pool.Starts.Select(s => s.Assignment.Lease.Task.Number));
    }

    [Theory]
    [InlineData("sometimes", null, "", "backfill 'sometimes' does not exist; use one of easy, conservative, none")]
    [InlineData("", 1.0, "", "confidence 1 is not valid")]
    [InlineData("", null, "shrug", "on_miss 'shrug' does not exist; use one of run, cancel")]
    public void Wrong_policies_are_invalid(string backfill, double? confidence, string onMiss, string says)
    {
        var pool = new VirtualPool();
        var policy = new PoolPolicy { Promises = new PromisePolicy { Backfill = backfill, Confidence = confidence, OnMiss = onMiss } };
        var error = Assert.Throws<GranaryException>(() => pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = policy }, pool.Now, pool.Events, pool));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
