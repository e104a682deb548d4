using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage.Tests;

/// <summary>
/// What is in the files beside this one. They were written by builds of their time and must open for ever: never change one, add the next
/// version's beside it. A change of <see cref="Samples"/> that fails here wants a copy of the old sample in this file.
/// </summary>
internal static class FrozenContents
{
    private static readonly GrainStateKey Key = new("agent", "solar", "spec");

    public static TaskSpec SpecWithTerms() => Samples.FullSpec() with
    {
        Terms = new TaskTerms
        {
            Gang = true,
            CheckpointEvery = TimeSpan.FromMinutes(5),
            Class = "train",
            Placement = new PlacementTerms { Require = new Dictionary<string, string> { ["zone"] = "a" } },
        },
    };

    public static async Task FillAsync(IStore store)
    {
        await store.AppendAsync(Samples.Append(1, Samples.FullTask(1), Samples.Task(2, SpecWithTerms())));
        for (var sequence = 2; sequence <= 5; sequence++) await store.AppendAsync(Samples.Append(sequence));
        await store.SaveSnapshotAsync(Samples.Pool, 3, Samples.Payload(33, 500));
        await store.AppendAsync(Samples.AppendTo("small", 1, Samples.Task(1, state: TaskState.Lost, pool: "small")));
        await store.WriteAsync(Key, null, new byte[] { 1, 2, 3 });
    }

    public static async Task AssertAsync(IStore store)
    {
        Assert.Equal([Samples.Pool, "small"], await store.PoolsAsync());
        var recovery = await store.OpenAsync(Samples.Pool);
        Assert.Equal((3L, 5L), (recovery.SnapshotSequence, recovery.LastSequence));
        Assert.True(recovery.Snapshot.Span.SequenceEqual(Samples.Payload(33, 500)));
        var records = await store.Records(Samples.Pool, 3);
        Assert.Equal([4L, 5L], records.Select(r => r.Sequence));
        Assert.All(records, r => Assert.Equal(Samples.Payload(r.Sequence), r.Payload.ToArray()));
        TaskAssert.Equal(Samples.FullTask(1), await store.GetAsync(Samples.Pool, 1));
        TaskAssert.Equal(Samples.Task(2, SpecWithTerms()), await store.GetAsync(Samples.Pool, 2));
        TaskAssert.Equal(Samples.Task(1, state: TaskState.Lost, pool: "small"), await store.GetAsync("small", 1));
        Assert.Equal([1L], (await store.ListAsync("small", new TaskQuery { States = [TaskState.Lost] })).Tasks.Select(t => t.Id.Number));
        Assert.Equal([1, 2, 3], (await store.ReadAsync(Key))!.Data.ToArray());
        await store.AppendAsync(Samples.Append(6));
    }
}
