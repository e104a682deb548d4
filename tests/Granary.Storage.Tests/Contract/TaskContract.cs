using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage.Tests;

public abstract class TaskContract : StoreContract
{
    private protected TaskContract(IStoreFixture fixture)
        : base(fixture)
    {
    }

    [Fact]
    public async Task Every_field_of_a_task_comes_back()
    {
        var full = Samples.FullTask(2);
        var plain = new TaskView
        {
            Id = new TaskId(Pool, 3),
            Spec = new TaskSpec { Agent = "a" },
            State = TaskState.Rejected,
            Submitted = Samples.Start,
            Finished = Samples.Start,
        };
        await Store.AppendAsync(Samples.Append(1, full, plain));
        Reopen();
        TaskAssert.Equal(full, await Store.GetAsync(Pool, 2));
        TaskAssert.Equal(plain, await Store.GetAsync(Pool, 3));
        Assert.Null(await Store.GetAsync(Pool, 4));
        Assert.Null(await Store.GetAsync("other", 2));
        Assert.Null(await Store.GetAsync(Pool, 0));
    }

    [Fact]
    public async Task A_task_written_again_is_replaced()
    {
        await Store.AppendAsync(Samples.Append(1, Samples.Task(1, state: TaskState.Lost)));
        await Store.AppendAsync(Samples.Append(2, Samples.Task(1, Samples.Spec("a2"), TaskState.Failed)));
        Assert.Equal(TaskState.Failed, (await Store.GetAsync(Pool, 1))!.State);
        Assert.Empty((await Store.ListAsync(Pool, new TaskQuery { Agent = "a1" })).Tasks);
        Assert.Equal<long[]>([1], await Numbers(new TaskQuery { Agent = "a2" }));
    }

    [Fact]
    public async Task Many_come_in_the_order_asked_for_and_states_by_number()
    {
        await Fill();
        var many = await Store.GetManyAsync(Pool, [7, 99, 3, -1, 5]);
        Assert.Equal([7L, 3L, 5L], many.Select(t => t.Id.Number));
        var states = await Store.StatesAsync(Pool, [3, 4, 99]);
        Assert.Equal(new Dictionary<long, TaskState> { [3] = TaskState.Failed, [4] = TaskState.Succeeded }, states);
    }

    // 12 tasks: agent a1 for odd numbers and a2 for even; every third failed; name "big" from 9; label shard=number % 2
    [Theory]
    [InlineData("all", new long[] { 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    [InlineData("agent", new long[] { 12, 10, 8, 6, 4, 2 })]
    [InlineData("failed", new long[] { 12, 9, 6, 3 })]
    [InlineData("succeeded", new long[] { 11, 10, 8, 7, 5, 4, 2, 1 })]
    [InlineData("both states", new long[] { 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    [InlineData("cancelled", new long[] { })]
    [InlineData("name", new long[] { 12, 11, 10, 9 })]
    [InlineData("label", new long[] { 11, 9, 7, 5, 3, 1 })]
    [InlineData("two labels", new long[] { 11, 9 })]
    [InlineData("label prefix", new long[] { })]
    [InlineData("from", new long[] { 12, 11, 10 })]
    [InlineData("to", new long[] { 3, 2, 1 })]
    [InlineData("before", new long[] { 4, 3, 2, 1 })]
    [InlineData("agent and state", new long[] { 9, 3 })]
    public async Task Queries_filter(string which, long[] expected)
    {
        await Fill();
        Assert.Equal(expected, await Numbers(which switch
        {
            "all" => new TaskQuery(),
            "agent" => new TaskQuery { Agent = "a2" },
            "failed" => new TaskQuery { States = [TaskState.Failed] },
            "succeeded" => new TaskQuery { States = [TaskState.Succeeded] },
            "both states" => new TaskQuery { States = [TaskState.Succeeded, TaskState.Failed] },
            "cancelled" => new TaskQuery { States = [TaskState.Cancelled, TaskState.Lost] },
            "name" => new TaskQuery { Name = "big" },
            "label" => new TaskQuery { Labels = Label("shard", "1") },
            "two labels" => new TaskQuery { Labels = new Dictionary<string, string> { ["size"] = "big", ["shard"] = "1" } },
            "label prefix" => new TaskQuery { Labels = Label("shar", "1") },
            "from" => new TaskQuery { SubmittedFrom = Samples.Start.AddSeconds(10) },
            "to" => new TaskQuery { SubmittedTo = Samples.Start.AddSeconds(3) },
            "before" => new TaskQuery { Before = 5 },
            _ => new TaskQuery { Agent = "a1", States = [TaskState.Failed] },
        }));
    }

    [Theory]
    [InlineData("k", "v")]
    [InlineData("a=b", "c")]
    [InlineData("a", "b=c")]
    [InlineData("line", "x\nk=v")]
    [InlineData("back", "\\n")]
    [InlineData("nul", "a\0b")]
    [InlineData("%", "_")]
    [InlineData("empty", "")]
    public async Task A_label_of_any_characters_is_found_and_no_other(string key, string value)
    {
        var labels = new (string Key, string Value)[]
        {
            ("k", "v"), ("a=b", "c"), ("a", "b=c"), ("line", "x\nk=v"), ("back", "\\n"), ("nul", "a\0b"), ("nul", "a\0c"), ("%", "_"), ("empty", ""),
        };
        var tasks = labels.Select((l, i) => Samples.Task(i + 1, Samples.Spec(labels: Label(l.Key, l.Value)))).ToList();
        await Store.AppendAsync(Samples.Append(1, tasks));
        Assert.Equal<long[]>([1L + Array.IndexOf(labels, (key, value))], await Numbers(new TaskQuery { Labels = Label(key, value) }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Pages_follow_one_another_without_gaps(int limit)
    {
        await Fill();
        var seen = new List<long>();
        var query = new TaskQuery { Limit = limit };
        for (var pages = 0; pages < 20; pages++)
        {
            var page = await Store.ListAsync(Pool, query);
            Assert.True(page.Tasks.Count <= limit);
            seen.AddRange(page.Tasks.Select(t => t.Id.Number));
            if (page.Next == 0) break;
            query = query with { Before = page.Next };
        }
        Assert.Equal(Enumerable.Range(1, 12).Reverse().Select(i => (long)i), seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(TaskQuery.MaxLimit + 1)]
    public async Task A_page_of_impossible_size_is_refused(int limit) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ListAsync(Pool, new TaskQuery { Limit = limit }));

    [Fact]
    public async Task Retention_removes_the_oldest_finished_of_one_pool()
    {
        await Fill();
        await Store.AppendAsync(Samples.AppendTo("other", 1, Samples.Task(1, pool: "other")));
        // a task with a low number that ended late stays
        await Store.AppendAsync(Samples.Append(2, Samples.Task(2, finished: Samples.Start.AddDays(1))));
        var before = Samples.Start.AddSeconds(2 + 6);
        Assert.Equal(3, await Store.DeleteFinishedBeforeAsync(Pool, before, 3));
        Assert.Equal(1, await Store.DeleteFinishedBeforeAsync(Pool, before, 3));
        Assert.Equal(0, await Store.DeleteFinishedBeforeAsync(Pool, before, 3));
        Assert.Equal<long[]>([12, 11, 10, 9, 8, 7, 6, 2], await Numbers(new TaskQuery()));
        Assert.NotNull(await Store.GetAsync("other", 1));
    }

    [Fact]
    public async Task What_ended_after_a_task_comes_in_the_order_in_which_it_ended()
    {
        await Store.AppendAsync(Samples.AppendTo("other", 1, Samples.Task(9, pool: "other", finished: Samples.Start.AddMinutes(2))));
        var (early, late, last) = (Samples.Start.AddMinutes(1), Samples.Start.AddMinutes(2), Samples.Start.AddMinutes(3));
        await Store.AppendAsync(Samples.Append(1, Samples.Task(5, finished: early), Samples.Task(4, finished: late), Samples.Task(7, finished: late), Samples.Task(2, finished: last), Samples.Task(6, finished: late)));
        async Task<long[]> After(DateTimeOffset ended, long number, int most = 10) => [.. (await Store.EndedAfterAsync(Pool, ended, number, most)).Select(t => t.Id.Number)];
        Assert.Equal<long[]>([5, 4, 6, 7, 2], await After(DateTimeOffset.UnixEpoch, 0));
        Assert.Equal<long[]>([4, 6, 7, 2], await After(early, 5));
        Assert.Equal<long[]>([7, 2], await After(late, 6)); // of those that ended at once, the ones with higher numbers
        Assert.Equal<long[]>([7], await After(late, 6, most: 1));
        Assert.Empty(await After(last, 2));
        Assert.Equal("other/9", Assert.Single(await Store.EndedAfterAsync("other", early, 5, 10)).Id.ToString());
        Assert.Empty(await Store.EndedAfterAsync("nobody", early, 0, 10));
        TaskAssert.Equal((await Store.GetAsync(Pool, 5))!, (await Store.EndedAfterAsync(Pool, early, 4, 1))[0]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.EndedAfterAsync(Pool, early, 0, 0));
    }

    private Task Fill() => Store.AppendAsync(Samples.Append(1, Enumerable.Range(1, 12).Select(i => Samples.Task(
        i,
        Samples.Spec(i % 2 == 1 ? "a1" : "a2", i >= 9 ? "big" : "small",
            new Dictionary<string, string> { ["shard"] = $"{i % 2}", ["size"] = i >= 9 ? "big" : "small" }),
        i % 3 == 0 ? TaskState.Failed : TaskState.Succeeded)).ToList()));

    private async Task<long[]> Numbers(TaskQuery query) => [.. (await Store.ListAsync(Pool, query)).Tasks.Select(t => t.Id.Number)];

    private static Dictionary<string, string> Label(string key, string value) => new() { [key] = value };
}
