using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

public class ApplyTests
{
    [Fact]
    public async Task Declares_first_and_submits_one_message_a_pool_with_positions()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        var applied = await client.ApplyAsync(Parsed("""
            pools: [ { name: lab } ]
            agents: [ { id: a, weight: 2 } ]
            nodes: [ { name: n1, capacity: { cpu: 4 } } ]
            tasks:
              - { name: index, agent: a, handler: noop, count: 3, after: [prepare] }
              - { name: prepare, agent: a, handler: noop }
              - { name: other, agent: a, handler: noop, pool: lab }
              - { name: last, agent: a, handler: noop, after: [index, prepare, index] }
            """));
        var request = Assert.Single(cluster.Directory.Applied);
        Assert.Equal(("lab", "a", "n1"), (request.Pools[0].Name, request.Agents[0].Id, request.Nodes[0].Name));
        var batch = Assert.Single(cluster.Pool().Batches);
        Assert.Equal(["prepare", "index", "last"], batch.Items.Select(i => i.Spec.Name));
        Assert.Equal("||0|1 0", string.Join('|', batch.Items.Select(i => string.Join(' ', i.AfterItems ?? [])).Prepend("")));
        Assert.All(batch.Items, i => Assert.Null(i.After));
        Assert.Equal(["default/2", "default/3", "default/4"], applied.Tasks["index"].Select(i => i.ToString()));
        Assert.Equal("default/2 default/3 default/4 default/1 lab/1 default/5", string.Join(' ', applied.Ids));
        Assert.Equal(["a note"], applied.Notes);
        Assert.Equal(3, applied.Declared.Created);
    }

    [Fact]
    public async Task Existing_tasks_are_named_by_id()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        await client.SubmitAsync(new TaskSpec { Agent = "a", Handler = "noop" });
        await client.ApplyAsync(Parsed("tasks: [ { name: t, agent: a, handler: noop, after: [default/1] } ]"));
        Assert.Equal([new TaskId("default", 1)], cluster.Pool().Batches[^1].Items[0].After);
    }

    [Fact]
    public async Task A_fleet_too_large_for_one_message_refers_to_earlier_messages_by_id()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        var padding = new string('x', 60_000);
        var tasks = Enumerable.Range(0, 40).Select(i => new FleetTask
        {
            Spec = new TaskSpec { Name = $"t{i}", Agent = "a", Command = ["echo", padding] },
            Count = 2,
            After = i == 0 ? [] : [$"t{i - 1}"],
        }).ToList();
        var applied = await client.ApplyAsync(new FleetSpec { Tasks = tasks }, "again");
        Assert.True(cluster.Pool().Batches.Count > 1);
        Assert.Equal(80, cluster.Pool().Tasks.Count);
        Assert.All(cluster.Pool().Batches.Skip(1), b => Assert.Equal(2, b.Items[0].After!.Count));
        var waits = cluster.Pool().Batches.SelectMany(b => b.Items.Select(i => (i.Spec.Name, After: i.After ?? []))).Where(i => i.After.Count > 0);
        foreach (var (name, after) in waits) Assert.Equal(applied.Tasks[$"t{int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture) - 1}"], after);
        // The same operation again admits nothing twice.
        Assert.Equal(applied.Ids, (await client.ApplyAsync(new FleetSpec { Tasks = tasks }, "again")).Ids);
        Assert.Equal(80, cluster.Pool().Tasks.Count);
    }

    [Theory]
    [InlineData("tasks: [ { name: t, agent: a, handler: noop, pool: nosuch } ]", "f.yaml:1: there is no pool 'nosuch', here or at the server; declare it: pools: [{ name: nosuch }]")]
    [InlineData("tasks: [ { name: t, agent: a, handler: noop, pool: defautl } ]", "f.yaml:1: there is no pool 'defautl', here or at the server; did you mean 'default'?")]
    [InlineData("nodes: [ { name: n, pool: nosuch } ]", "f.yaml:1: there is no pool 'nosuch', here or at the server; declare it: pools: [{ name: nosuch }]")]
    [InlineData("tasks: [ { name: t, agent: a, handler: noop, after: [default/9] } ]", "f.yaml:1: task 't' waits for default/9, which does not exist; 'granary tasks' lists what there is")]
    [InlineData("tasks: [ { name: t, agent: a, handler: noop, after: [default/1] } ]", "f.yaml:1: task 't' waits for default/1, which ended as Failed; it would wait for ever")]
    [InlineData("tasks: [ { name: t, agent: a, handler: noop, resources: { cpu: 3 } } ]", "f.yaml:1: task 't' asks for cpu=3, but the largest node of pool 'default', here, has cpu=2; lower the request or add a larger node")]
    public async Task What_only_the_server_knows_is_refused_before_anything_is_applied(string text, string expected)
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        cluster.Directory.Declare(new NodeSpec { Name = "here", Capacity = new() { CpuMilli = 2000 } });
        await client.SubmitAsync(new TaskSpec { Agent = "a", Handler = "noop" });
        cluster.Pool().Move(1, TaskState.Failed);
        var fleet = Parsed(text);
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.ApplyAsync(fleet));
        Assert.Equal((ErrorCode.Refused, expected), (e.Code, e.Message));
        Assert.Equal([expected], (await client.CheckAsync(fleet)).Select(p => p.ToString()));
        Assert.Empty(cluster.Directory.Applied);
        Assert.Single(cluster.Pool().Batches);
    }

    [Fact]
    public async Task A_fleet_built_in_code_is_checked_too()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.ApplyAsync(new FleetSpec { Tasks = [new() { Spec = new() { Agent = "a" } }] }));
        Assert.Equal((ErrorCode.Invalid, "task 'task-1' has nothing to run; add command: [PROGRAM, ARGUMENT] or handler: noop"), (e.Code, e.Message));
        Assert.Empty(cluster.Directory.Applied);
    }

    [Fact]
    public async Task A_larger_node_in_the_same_fleet_makes_room()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        cluster.Directory.Declare(new NodeSpec { Name = "here", Capacity = new() { CpuMilli = 2000 } });
        var applied = await client.ApplyAsync(Parsed("""
            nodes: [ { name: sim, simulated: true, capacity: { cpu: 64 } } ]
            tasks: [ { name: t, agent: a, handler: noop, resources: { cpu: 3 } } ]
            """));
        Assert.Single(applied.Ids);
    }

    [Fact]
    public async Task Rejected_deadlines_are_told()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        cluster.Pool().Reject = item => item.Spec.Name == "late" ? new Rejection(0, "too late", null) : null;
        var applied = await client.ApplyAsync(Parsed("""
            tasks: [ { name: t, agent: a, handler: noop }, { name: late, agent: a, handler: noop, deadline: 1s, count: 2 } ]
            """));
        Assert.Equal([("default/2", "too late"), ("default/3", "too late")], applied.Rejected.Select(r => (r.Id.ToString(), r.Reason)));
    }

    [Fact]
    public async Task Reservations_are_made_once_however_often_the_file_is_applied()
    {
        var (cluster, client) = Connected();
        await using var _ = client;
        var fleet = Parsed("""
            reservations:
              - { agent: a, resources: { cpu: 1 }, from: +10m, for: 5m }
              - { agent: a, resources: { cpu: 1 }, from: +10m, for: 5m }
              - { agent: b, resources: { cpu: 2 }, from: 2030-01-31T08:00:00Z, for: 1h, every: week, until: 2030-03-01T00:00:00Z }
            """);
        var first = await client.ApplyAsync(fleet);
        var again = await client.ApplyAsync(fleet);
        Assert.Equal(["default/r1", "default/r2", "default/r3"], first.Reservations.Select(r => r.Id));
        Assert.Equal(first.Reservations.Select(r => r.Id), again.Reservations.Select(r => r.Id));
        var specs = cluster.Pool().Reserved.Select(r => r.Spec).ToList();
        Assert.Equal((TimeSpan.FromMinutes(10), null, TimeSpan.FromMinutes(5)), (specs[0].In, specs[0].From, specs[0].For));
        Assert.Equal((new DateTimeOffset(2030, 1, 31, 8, 0, 0, TimeSpan.Zero), TimeSpan.FromDays(7), new DateTimeOffset(2030, 3, 1, 0, 0, 0, TimeSpan.Zero)),
            (specs[2].From, specs[2].Every, specs[2].Until));
    }

    private static FleetSpec Parsed(string text) => FleetFile.Parse(text, "f.yaml").OrThrow();

    private static (FakeCluster, GranaryClient) Connected()
    {
        var cluster = FakeCluster.Create();
        return (cluster, cluster.Connect());
    }
}
