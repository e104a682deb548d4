using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

public class ReadingTests
{
    private static readonly TaskSpec Spec = new() { Agent = "a", Command = ["true"] };

    [Fact]
    public async Task Lists_every_page_newest_first()
    {
        var (cluster, client) = await WithTasksAsync(25);
        await using var _ = client;
        var numbers = new List<long>();
        await foreach (var task in client.ListAsync(query: new TaskQuery { Limit = 10 })) numbers.Add(task.Id.Number);
        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(n => (long)n), numbers);
        Assert.Equal(3, cluster.Pool().Calls.Count(c => c == nameof(IPoolGrain.List)));
    }

    [Fact]
    public async Task Views_come_in_the_order_asked_and_in_chunks()
    {
        var (cluster, client) = await WithTasksAsync(2500);
        await using var _ = client;
        var ids = Enumerable.Range(1, 2500).Reverse().Select(n => new TaskId("default", n)).ToList();
        Assert.Equal(ids, (await client.GetAsync(ids)).Select(v => v.Id));
        Assert.Equal(3, cluster.Pool().Calls.Count(c => c == nameof(IPoolGrain.GetMany)));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => client.GetAsync(new TaskId("default", 2501)))).Code);
        await Assert.ThrowsAsync<GranaryException>(() => client.GetAsync([.. ids, new TaskId("default", 2501)]));
    }

    [Fact]
    public async Task Answers_too_large_for_a_message_are_asked_for_in_parts()
    {
        var (cluster, client) = await WithTasksAsync(1500);
        await using var _ = client;
        cluster.Pool().MostViews = 300;
        var ids = Enumerable.Range(1, 1500).Select(n => new TaskId("default", n)).ToList();
        Assert.Equal(ids, (await client.GetAsync(ids)).Select(v => v.Id));
        var listed = new List<TaskId>();
        await foreach (var task in client.ListAsync()) listed.Add(task.Id);
        Assert.Equal(ids, listed.Order());
        // A server that fails for another reason is not asked for ever.
        cluster.Pool().MostViews = 0;
        Assert.Equal(ErrorCode.Unknown, (await Assert.ThrowsAsync<GranaryException>(() => client.GetAsync(ids))).Code);
    }

    [Fact]
    public async Task Cancel_tells_apart_what_ran_what_ended_and_what_never_was()
    {
        var (cluster, client) = await WithTasksAsync(3);
        await using var _ = client;
        cluster.Pool().Move(2, TaskState.Succeeded);
        var reply = await client.CancelAsync([Id(1), Id(2), Id(1), Id(9)], "changed my mind");
        Assert.Equal([Id(1)], reply.Accepted);
        Assert.Equal([Id(2)], reply.AlreadyFinished);
        Assert.Equal([Id(9)], reply.NotFound);
        Assert.Equal("changed my mind", cluster.Pool().Tasks[1].Reason);
        Assert.True(await client.CancelAsync(Id(3)));
        Assert.False(await client.CancelAsync(Id(3)));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => client.CancelAsync(Id(9)))).Code);
    }

    [Fact]
    public async Task Agents_come_with_their_shares_declared_or_not()
    {
        var (_, client) = await WithTasksAsync(1);
        await using var _ = client;
        await client.SetAgentAsync(new AgentSpec { Id = "b", Weight = 2 });
        var agents = await client.AgentsAsync();
        Assert.Equal([("a", 1), ("b", 0)], agents.Select(a => (a.Spec.Id, a.Shares.Count)));
        Assert.Equal(2, (await client.AgentAsync("b")).Spec.Weight);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => client.AgentAsync("c"))).Code);
        Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => client.AgentAsync("c d"))).Code);
    }

    [Fact]
    public async Task Nodes_are_listed_cordoned_and_drained_by_name()
    {
        var (cluster, client) = await WithTasksAsync(1);
        await using var _ = client;
        cluster.Directory.Declare(new NodeSpec { Name = "n2" });
        cluster.Directory.Declare(new NodeSpec { Name = "n1" });
        Assert.Equal(["n1", "n2"], (await client.NodesAsync()).Select(n => n.Spec.Name));
        Assert.Equal(NodeState.Cordoned, (await client.CordonAsync("n1")).State);
        Assert.Equal(NodeState.Draining, (await client.DrainAsync("n1")).State);
        Assert.Equal(NodeState.Ready, (await client.UncordonAsync("n1")).State);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => client.DrainAsync("n3"))).Code);
    }

    [Fact]
    public async Task Pools_are_described()
    {
        var (_, client) = await WithTasksAsync(4);
        await using var _ = client;
        Assert.Equal(["default"], (await client.PoolsAsync()).Select(p => p.Spec.Name));
        await client.SetPoolAsync(new PoolSpec { Name = "a-lab" });
        Assert.Equal(["a-lab", "default"], (await client.PoolsAsync()).Select(p => p.Spec.Name));
        Assert.Equal(4, (await client.PoolAsync("default")).Queued);
        Assert.Equal("submitted", Assert.Single((await client.ExplainAsync(Id(1))).History));
    }

    private static TaskId Id(long number) => new("default", number);

    private static async Task<(FakeCluster, GranaryClient)> WithTasksAsync(int count)
    {
        var cluster = FakeCluster.Create();
        var client = cluster.Connect();
        await client.SubmitManyAsync([new SubmitItem(Spec, count)]);
        return (cluster, client);
    }
}
