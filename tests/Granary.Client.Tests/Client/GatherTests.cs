using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>Single submissions that are sent together.</summary>
public class GatherTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_comes_while_one_is_under_way_goes_together_and_each_gets_its_own_id()
    {
        var cluster = FakeCluster.Create();
        var gate = Gate(cluster);
        await using var client = cluster.Connect(gather: true);
        var first = Submit(client, 0);
        await gate.Begun.Task.WaitAsync(Bound);
        var rest = Enumerable.Range(1, 20).Select(n => Submit(client, n)).ToArray();
        gate.Open.Set();
        await Task.WhenAll([first, .. rest]).WaitAsync(Bound);
        // how large a message may get is tried out by doubling: 1, then at least 2, 4, 8, and the rest
        Assert.InRange(cluster.Pool().Batches.Count, 2, 5);
        foreach (var (task, n) in rest.Select((t, i) => (t, i + 1))) Assert.Equal($"t-{n}", cluster.Pool().Tasks[(await task).Number].Spec.Name);
    }

    [Fact]
    public async Task One_whose_deadline_is_refused_fails_alone()
    {
        var cluster = FakeCluster.Create();
        var gate = Gate(cluster);
        cluster.Pool().Reject = item => item.Spec.Name == "t-3" ? new Rejection(0, "too late", null) : null;
        await using var client = cluster.Connect(gather: true);
        var first = Submit(client, 0);
        await gate.Begun.Task.WaitAsync(Bound);
        var rest = Enumerable.Range(1, 5).Select(n => Submit(client, n)).ToArray();
        gate.Open.Set();
        Assert.Contains("too late", (await Assert.ThrowsAsync<GranaryException>(() => rest[2].WaitAsync(Bound))).Message);
        await Task.WhenAll([first, .. rest.Where((_, i) => i != 2)]).WaitAsync(Bound);
    }

    [Fact]
    public async Task When_all_are_refused_for_one_each_is_asked_for_itself()
    {
        var cluster = FakeCluster.Create();
        var gate = Gate(cluster, then: () =>
        {
            cluster.Pool().Break(nameof(IPoolGrain.Submit), GranaryException.Invalid("the batch"));
            cluster.Pool().Break(nameof(IPoolGrain.Submit), GranaryException.Invalid("one of them"));
        });
        await using var client = cluster.Connect(gather: true);
        var first = Submit(client, 0);
        await gate.Begun.Task.WaitAsync(Bound);
        var rest = Enumerable.Range(1, 3).Select(n => Submit(client, n)).ToArray();
        gate.Open.Set();
        await first.WaitAsync(Bound);
        var failed = 0;
        foreach (var task in rest)
        {
            try
            {
                await task.WaitAsync(Bound);
            }
            catch (GranaryException e) when (e.Message.Contains("one of them"))
            {
                failed++;
            }
        }
        Assert.Equal(1, failed);
        Assert.Equal(3, cluster.Pool().Tasks.Count);
    }

    [Fact]
    public async Task A_broken_connection_admits_nothing_twice()
    {
        var cluster = FakeCluster.Create();
        await using var client = cluster.Connect(gather: true);
        cluster.Pool().Break(nameof(IPoolGrain.Submit), after: true);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Submit(client, n))).WaitAsync(Bound);
        Assert.Equal(10, cluster.Pool().Tasks.Count);
    }

    [Fact]
    public async Task What_is_no_pool_name_is_invalid_and_a_closed_client_takes_nothing()
    {
        var cluster = FakeCluster.Create();
        var client = cluster.Connect(gather: true);
        Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Spec(0), "no name!"))).Code);
        await Submit(client, 1).WaitAsync(Bound);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Submit(client, 2));
    }

    private static TaskSpec Spec(int n) => new() { Agent = "a", Name = $"t-{n}", Command = ["true"] };

    private static Task<TaskId> Submit(GranaryClient client, int n) => client.SubmitAsync(Spec(n));

    /// <summary>Holds the first submission until it is opened.</summary>
    private static (TaskCompletionSource Begun, ManualResetEventSlim Open) Gate(FakeCluster cluster, Action? then = null)
    {
        var (begun, open) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new ManualResetEventSlim());
        cluster.Pool().Submitted = _ =>
        {
            begun.TrySetResult();
            Assert.True(open.Wait(Bound));
            then?.Invoke();
            then = null;
        };
        return (begun, open);
    }
}
