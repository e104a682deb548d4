using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Tasks;

/// <summary>What is refused, with which words, before anything has changed.</summary>
public class SubmitTests
{
    private static readonly TaskSpec Good = Make.Task("a");

    public static TheoryData<string, ErrorCode, SubmitItem> Bad => new()
    {
        { "agent 'no spaces' is not a valid id", ErrorCode.Invalid, new(Good with { Agent = "no spaces" }) },
        { "needs either a command or a handler", ErrorCode.Invalid, new(Good with { Command = [] }) },
        { "needs either a command or a handler", ErrorCode.Invalid, new(Good with { Handler = "noop" }) },
        { "NUL character", ErrorCode.Invalid, new(Good with { Command = ["a\0b"] }) },
        { "its name is not valid", ErrorCode.Invalid, new(Good with { Name = "two\nlines" }) },
        { "count 0 is not valid", ErrorCode.Invalid, new(Good, 0) },
        { "count 1000001 is not valid", ErrorCode.Invalid, new(Good, 1_000_001) },
        { "priority 1001 is not valid", ErrorCode.Invalid, new(Good with { Priority = 1001 }) },
        { "retries -1 is not valid", ErrorCode.Invalid, new(Good with { Retries = -1 }) },
        { "deadline 0ms is not valid", ErrorCode.Invalid, new(Good with { Deadline = TimeSpan.Zero }) },
        { "duration 0ms is not valid", ErrorCode.Invalid, new(Good with { Duration = TimeSpan.FromSeconds(-1) }) },
        { "cpu -1 is not valid", ErrorCode.Invalid, new(Good with { Resources = new ResourceSet { CpuMilli = -1 } }) },
        { "is not valid; use 0 to", ErrorCode.Invalid, new(Good with { Resources = new ResourceSet { MemoryMiB = long.MaxValue } }) },
        { "'cpu' is not a name for a custom resource", ErrorCode.Invalid, new(Good with { Resources = new ResourceSet { Custom = new Dictionary<string, long> { ["cpu"] = 1 } } }) },
        { "waits for item 0, which does not come before it", ErrorCode.Invalid, new(Good, AfterItems: [0]) },
        { "waits for task default/7, which does not exist", ErrorCode.NotFound, new(Good, After: [new TaskId("default", 7)]) },
        { "waits for task other/1, which is not of pool default", ErrorCode.Invalid, new(Good, After: [new TaskId("other", 1)]) },
        { "infeasible: needs cpu=64; the largest node n1 has cpu=2; lower --cpu or add a node", ErrorCode.Refused, new(Make.Task("a", 64)) },
        { "infeasible: needs licence; no node of pool default has any", ErrorCode.Refused, new(Good with { Resources = new ResourceSet { Custom = new Dictionary<string, long> { ["licence"] = 1000 } } }) },
        { "infeasible: needs cpu=2,memory=1Gi; no single node has that much of everything", ErrorCode.Refused, new(Good with { Resources = Make.Resources(2, 1024) }) },
        { "which alone exceeds the limit of agent limited, cpu=1", ErrorCode.Refused, new(Make.Task("limited", 2)) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_item_is_refused_and_nothing_has_changed(string message, ErrorCode code, SubmitItem item)
    {
        var pool = Pool();
        var events = pool.Events.Count;
        var error = Assert.Throws<GranaryException>(() => pool.Submit("op", item));
        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal((events, 0), (pool.Events.Count, pool.Scheduler.LiveTasks));
        Assert.Equal(1, pool.Submit("op", new SubmitItem(Good)).First); // the operation was not used up
    }

    [Fact]
    public void A_batch_is_admitted_whole_or_not_at_all()
    {
        var pool = Pool();
        Assert.Throws<GranaryException>(() => pool.Submit("", new SubmitItem(Good, 5), new SubmitItem(Make.Task("a", 64))));
        Assert.Equal(0, pool.Scheduler.LiveTasks);
        Assert.Equal("nothing to submit: the batch has no item", Assert.Throws<GranaryException>(() => pool.Submit("")).Message);
    }

    [Fact]
    public void An_undeclared_agent_can_be_refused()
    {
        var pool = new VirtualPool(new SchedulerOptions { AutoCreateAgents = false });
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => pool.Submit(Good)).Code);
    }

    [Fact]
    public void A_request_that_a_pool_without_nodes_cannot_judge_waits()
    {
        var pool = new VirtualPool();
        pool.Submit(Make.Task("a", 64));
        Assert.Equal(WaitReason.NoNodes, pool.Scheduler.Explain(1, pool.Now)!.Reason);
        pool.Node("small", Make.Cpu(2));
        pool.Decide();
        Assert.Equal(WaitReason.TooLarge, pool.Scheduler.Explain(1, pool.Now)!.Reason);
        pool.Node("large", Make.Cpu(64));
        pool.Run();
        Assert.Equal(TaskState.Succeeded, pool.Final[0].State);
    }

    [Fact]
    public void A_pool_has_at_most_ten_custom_resources()
    {
        var pool = new VirtualPool();
        pool.Node("n", new ResourceSet { CpuMilli = 1000, Custom = Enumerable.Range(0, 10).ToDictionary(i => $"r{i}", _ => 1000L) });
        var error = Assert.Throws<GranaryException>(() => pool.Node("m", new ResourceSet { Custom = new Dictionary<string, long> { ["r10"] = 1 } }));
        Assert.Contains("eleventh custom resource", error.Message);
    }

    [Fact]
    public void Custom_resources_are_shared_like_any_other()
    {
        var pool = new VirtualPool();
        pool.Node("n", new ResourceSet { CpuMilli = 8000, Custom = new Dictionary<string, long> { ["licence"] = 2000 } });
        pool.Submit(Good with { Resources = new ResourceSet { CpuMilli = 1000, Custom = new Dictionary<string, long> { ["licence"] = 1000 } } }, 3);
        pool.Decide();
        Assert.Equal(2, pool.Starts.Count);
        Assert.Equal(2000, pool.Scheduler.Describe(pool.Now).Used.Custom!["licence"]);
        Assert.Contains("licence=0", pool.Scheduler.Explain(3, pool.Now)!.Evidence);
    }

    [Fact]
    public void A_task_that_asks_for_nothing_asks_for_one_processor()
    {
        var pool = Pool();
        pool.Submit(Good with { Resources = ResourceSet.Zero }, 5);
        pool.Decide();
        Assert.Equal(3, pool.Starts.Count);
        Assert.Equal(1000, pool.Scheduler.Get(5, pool.Now)!.Spec.Resources.CpuMilli);
    }

    [Fact]
    public void Operations_are_forgotten_oldest_first_and_survive_a_snapshot()
    {
        var pool = new VirtualPool(new SchedulerOptions { RememberedOperations = 2 });
        foreach (var operation in new[] { "one", "two", "three" }) pool.Submit(operation, new SubmitItem(Good));
        pool.Scheduler = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        Assert.Equal([3, 2, 4], new[] { "three", "two", "one" }.Select(o => (int)pool.Submit(o, new SubmitItem(Good)).First));
    }

    private static VirtualPool Pool()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Resources(2, 512));
        pool.Node("n2", Make.Resources(1, 4096));
        pool.Agent("limited", limit: Make.Cpu(1));
        return pool;
    }
}
