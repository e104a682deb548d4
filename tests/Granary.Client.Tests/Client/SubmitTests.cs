using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

public class SubmitTests
{
    private static readonly TaskSpec Spec = new() { Agent = "a", Command = ["true"] };

    [Fact]
    public async Task One_task_gets_its_id()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        Assert.Equal(new TaskId("default", 1), await client.SubmitAsync(Spec));
        Assert.Equal(new TaskId("lab", 1), await client.SubmitAsync(Spec, "lab"));
    }

    [Fact]
    public async Task A_rejected_deadline_is_refused_with_reason_and_earliest_finish()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        cluster.Pool().Reject = _ => new Rejection(0, "the deadline of 1s cannot be kept", DateTimeOffset.UnixEpoch);
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec));
        Assert.Equal(ErrorCode.Refused, e.Code);
        Assert.Equal("task default/1 is refused: the deadline of 1s cannot be kept; the earliest finish that can be promised is 1970-01-01 00:00:00Z", e.Message);
    }

    [Fact]
    public async Task What_is_too_much_just_now_is_asked_again_after_the_time_that_was_named()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        cluster.Pool().Break("Submit", GranaryException.Busy("agent a may submit 10/s", TimeSpan.FromMilliseconds(1)));
        cluster.Pool().Break("Submit", GranaryException.Busy("agent a may submit 10/s", TimeSpan.FromMilliseconds(1)));
        Assert.Equal(new TaskId("default", 1), await client.SubmitAsync(Spec));

        for (var i = 0; i < 4; i++) cluster.Pool().Break("Submit", GranaryException.Busy("agent a may submit 10/s", TimeSpan.FromMilliseconds(1)));
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec)); // three times and no more
        Assert.Equal((ErrorCode.Refused, "agent a may submit 10/s", TimeSpan.FromMilliseconds(1)), (e.Code, e.Message, e.RetryAfter!.Value));

        cluster.Pool().Break("Submit", GranaryException.Busy("full", TimeSpan.FromMinutes(1))); // too long to wait for
        Assert.Equal("full", (await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec))).Message);
    }

    [Fact]
    public async Task Ids_of_items_follow_their_counts()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        var submitted = await client.SubmitManyAsync([new SubmitItem(Spec, 3), new SubmitItem(Spec), new SubmitItem(Spec, 2)]);
        Assert.Equal([1, 2, 3, 4, 5, 6], submitted.Ids.Select(i => i.Number));
        Assert.Equal([1, 2, 3], submitted.IdsOf(0).Select(i => i.Number));
        Assert.Equal(["default/4"], submitted.IdsOf(1).Select(i => i.ToString()));
        Assert.Equal("default/5..6", submitted.IdsOf(2).ToString());
        Assert.Equal(["a note"], submitted.Notes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_broken_connection_admits_nothing_twice(bool answerLost)
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        cluster.Pool().Break(nameof(IPoolGrain.Submit), after: answerLost);
        cluster.Pool().Break(nameof(IPoolGrain.Submit), GranaryException.Unavailable("the server is stopping"), answerLost);
        var submitted = await client.SubmitManyAsync([new SubmitItem(Spec, 5)]);
        Assert.Equal([1, 2, 3, 4, 5], submitted.Ids.Select(i => i.Number));
        Assert.Equal(5, cluster.Pool().Tasks.Count);
        Assert.Single(cluster.Pool().Batches.Select(b => b.OperationId).Distinct());
    }

    [Fact]
    public async Task The_same_operation_id_gives_the_first_answer()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        var first = await client.SubmitManyAsync([new SubmitItem(Spec)], operationId: "once");
        var second = await client.SubmitManyAsync([new SubmitItem(Spec)], operationId: "once");
        Assert.Equal(first.Ids, second.Ids);
        Assert.Single(cluster.Pool().Tasks);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_unavailable_in_one_line()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect(retryFor: TimeSpan.Zero);
        cluster.Pool().Break(nameof(IPoolGrain.Submit));
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec));
        Assert.Equal(ErrorCode.Unavailable, e.Code);
        Assert.Equal("the server at this cluster stopped answering (the connection broke); see whether it runs with 'granary status'", e.Message);
    }

    [Fact]
    public async Task Refusals_are_not_repeated()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        cluster.Pool().Break(nameof(IPoolGrain.Submit), GranaryException.Refused("over the limit"));
        Assert.Equal("over the limit", (await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec))).Message);
        Assert.Single(cluster.Pool().Calls);
    }

    [Fact]
    public async Task Nonsense_is_refused_before_it_is_sent()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        await Assert.ThrowsAsync<GranaryException>(() => client.SubmitManyAsync([]));
        await Assert.ThrowsAsync<GranaryException>(() => client.SubmitManyAsync([new SubmitItem(Spec)], operationId: new string('x', 65)));
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec, "no/such"));
        Assert.Equal(ErrorCode.Invalid, e.Code);
        Assert.Empty(cluster.Pool().Calls);
    }

    [Fact]
    public async Task Cancelling_before_anything_came_back_ends_the_call()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SubmitAsync(Spec, ct: stop.Token));
    }
}
