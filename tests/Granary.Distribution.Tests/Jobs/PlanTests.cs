using Granary.Distribution.Jobs;
using Granary.Distribution.Nodes;
using Granary.Distribution.Tests.Simulation;
using Granary.Model;

namespace Granary.Distribution.Tests.Jobs;

/// <summary>Single decisions: who gets what, when.</summary>
public sealed class PlanTests
{
    private const long Second = 1_000_000;

    /// <summary>When the work begins: no time is 0 in life.</summary>
    private const long T = 1000 * Second;

    private long _task;

    private static NodeReading Node(string name, int free, int used = 0, bool ready = true, bool silent = false) =>
        new(name, ready, silent, new ResourceSet { CpuMilli = 1000 * free }, new ResourceSet { CpuMilli = 1000 * used });

    private static WorkPolicy Single => new() { BatchGoal = TimeSpan.Zero };

    /// <summary>What is planned at a time, and its tasks.</summary>
    private BatchPlanned[] Plan(WorkJob job, long at)
    {
        job.Take();
        job.Plan(at);
        var planned = job.Take().OfType<BatchPlanned>().ToArray();
        foreach (var batch in planned) job.Admitted(batch.Batch, ++_task);
        return planned;
    }

    private static void Finish(WorkJob job, string node, double seconds, long now)
    {
        foreach (var task in job.Batches.Where(b => b.Target == node || b.Node == node).Select(b => b.Task).ToArray())
            job.Observe(task, TaskState.Succeeded, node, now - (long)(seconds * Second), now, "", now);
    }

    [Fact]
    public void A_node_gets_its_own_data_and_steals_from_the_end_of_the_longest_queue_after_its_delay()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 6, p => p < 5 ? ["n1"] : ["n2"])) with { Policy = Single }, T);
        job.Observe([Node("n1", 1), Node("n2", 1), Node("n3", 1)]);
        Assert.Equal([("n1", 0, false), ("n2", 5, false)], Plan(job, T).OrderBy(b => b.Target).Select(b => (b.Target, b.Partitions[0], b.Stolen)));
        Assert.Empty(Plan(job, T + 2_900_000));
        Assert.Equal([("n3", 4, true)], Plan(job, T + (3 * Second)).Select(b => (b.Target, b.Partitions[0], b.Stolen)));
        Finish(job, "n3", 1, T + (4 * Second));
        Assert.Equal([("n3", 3, true)], Plan(job, T + (4 * Second)).Select(b => (b.Target, b.Partitions[0], b.Stolen))); // it has waited its time
    }

    [Fact]
    public void Without_stealing_only_what_lies_on_lost_nodes_goes_elsewhere_and_that_at_once()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 4, p => p < 2 ? ["n1"] : ["n2"])) with { Policy = Single with { Stealing = false } }, T);
        job.Observe([Node("n1", 0), Node("n2", 0, ready: false), Node("n3", 4)]);
        Assert.Equal([3, 2], Plan(job, T).Select(b => b.Partitions[0]));
        Assert.Empty(Plan(job, T + (3600 * Second)));
    }

    [Fact]
    public void Where_others_hold_everything_a_few_tasks_wait_in_the_pool()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 50)) with { Policy = Single }, T);
        job.Observe([Node("n1", 0, 2), Node("n2", 0, 2)]);
        Assert.Equal(["", ""], Plan(job, T).Select(b => b.Target));
        job.Observe(1, TaskState.Running, "n1", T, 0, "", T + Second);
        Assert.Empty(Plan(job, T + Second)); // one still waits
        Assert.Single(Plan(job, T + (10 * Second)));
        Assert.Equal(3, job.Batches.Count);
    }

    [Fact]
    public void Where_it_holds_everything_itself_nothing_waits()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 50)) with { Policy = Single }, T);
        job.Observe([Node("n1", 2)]);
        Assert.Equal(2, Plan(job, T).Length);
        foreach (var task in (long[])[1, 2]) job.Observe(task, TaskState.Running, "n1", T, 0, "", T);
        job.Observe([Node("n1", 0, 2)]);
        Assert.Empty(Plan(job, T + (60 * Second)));
    }

    [Fact]
    public void Workers_bound_the_tasks()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 50)) with { Policy = Single with { Workers = 3 } }, T);
        job.Observe([Node("n1", 8)]);
        Assert.Equal(3, Plan(job, T).Length);
        Assert.Empty(Plan(job, T + Second));
    }

    [Fact]
    public void A_partition_that_failed_tries_another_node()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 1)) with { Policy = Single }, T);
        job.Observe([Node("n1", 1), Node("n2", 1)]);
        Assert.Equal("n1", Assert.Single(Plan(job, T)).Target);
        job.Observe(1, TaskState.Failed, "n1", T, T + Second, "exit code 1", T + Second);
        var again = Assert.Single(Plan(job, T + Second));
        Assert.Equal(("n2", true), (again.Target, again.Steered));
    }

    [Fact]
    public void A_failed_batch_is_halved_until_the_one_is_alone()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 200)) with { Policy = new WorkPolicy { BatchGoal = TimeSpan.FromSeconds(8), MostPerBatch = 8, Retries = 0, OnPoison = PoisonPolicy.Skip } }, T);
        var sizes = new List<int>();
        for (var now = T + Second; !job.IsOver; now += Second)
        {
            Assert.True(now < T + (1000 * Second));
            job.Observe([Node("n1", 1)]);
            Plan(job, now);
            foreach (var batch in job.Batches.ToArray())
            {
                var bad = batch.Partitions.Contains(100);
                if (bad) sizes.Add(batch.Partitions.Length);
                job.Observe(batch.Task, bad ? TaskState.Failed : TaskState.Succeeded, "n1", now - (batch.Partitions.Length * Second / 10), now, "", now);
            }
        }
        Assert.Equal([8, 4, 2, 1], sizes);
        Assert.Equal((WorkState.Succeeded, 199, 1, 4), (job.State, job.View(0).Done, job.View(0).Skipped, job.View(0).Failures));
    }

    [Fact]
    public void A_straggler_is_copied_to_another_node_once_and_the_first_result_counts()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 6)) with { Policy = Single }, T);
        job.Observe([Node("n1", 3), Node("n2", 3)]);
        Plan(job, T);
        foreach (var batch in job.Batches.ToArray()) job.Observe(batch.Task, TaskState.Running, batch.Target, T, 0, "", T);
        var slow = job.Batches.First(b => b.Node == "n2");
        foreach (var batch in job.Batches.Where(b => b != slow).ToArray()) job.Observe(batch.Task, TaskState.Succeeded, batch.Node, T, T + (2 * Second), "", T + (2 * Second));
        Assert.Empty(Plan(job, T + (2 * Second))); // as long as the others, so far
        Assert.Empty(Plan(job, T + (3 * Second))); // exactly 1.5 times
        var copy = Assert.Single(Plan(job, T + 3_100_000));
        Assert.Equal((slow.Number, "n1", true), (copy.CopyOf, copy.Target, copy.Steered));
        Assert.Equal(slow.Task, Assert.Single(job.View(T + 3_100_000).Stragglers).Task.Number);
        Assert.Empty(Plan(job, T + (10 * Second))); // one copy is enough
        job.Observe(7, TaskState.Succeeded, "n1", T + (4 * Second), T + (5 * Second), "", T + (5 * Second));
        Assert.Equal((WorkState.Succeeded, 7L, false), (job.State, job.Partitions(slow.Partitions[0], 1)[0].Task!.Value.Number, job.IsOver));
        Assert.Equal([slow.Task], job.Unwanted);
        job.Observe(slow.Task, TaskState.Succeeded, "n2", T, T + (6 * Second), "", T + (6 * Second)); // it ended before it could be stopped
        Assert.Equal((true, 6, 1, TimeSpan.FromSeconds(6)), (job.IsOver, job.View(T).Done, job.View(T).CopiesFirst, job.View(T).WastedTime));
    }

    [Fact]
    public void What_runs_on_a_silent_node_is_copied_though_nothing_is_known_of_the_others()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("s", 1)) with { Policy = Single }, T);
        job.Observe([Node("n1", 1), Node("n2", 0)]);
        Plan(job, T);
        job.Observe(1, TaskState.Running, "n1", T, 0, "", T);
        job.Observe([Node("n1", 1, ready: false, silent: true), Node("n2", 1)]);
        Assert.Equal("n2", Assert.Single(Plan(job, T + (2 * Second))).Target);
    }

    [Fact]
    public void A_stage_pauses_while_the_next_has_enough_to_do()
    {
        var job = new WorkJob("w", Make.Work(Make.Stage("a", 20), Make.Stage("b", 20, null, "a") with { Flow = WorkFlow.Each }) with { Policy = Single with { Ahead = 2 } }, T);
        job.Observe([Node("n1", 2)]);
        Assert.All(Plan(job, T), b => Assert.Equal(0, b.Stage));
        Finish(job, "n1", 1, T + Second);
        Assert.Equal([1, 1], Plan(job, T + Second).Select(b => b.Stage)); // what has begun is finished first
    }
}
