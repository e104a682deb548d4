using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Journal;

/// <summary>Nothing runs beside it: it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>What a waiting task costs, each with a spec of its own.</summary>
[Collection(nameof(Alone))]
public class SizeTests
{
    private const int Tasks = 20_000;

    [Fact]
    public void A_waiting_task_takes_less_than_a_kibibyte_in_memory_and_in_a_snapshot()
    {
        var pool = new PoolScheduler("default", new SchedulerOptions());
        var events = new EventBatch();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Tasks; i += 100)
        {
            pool.Submit(new SubmitBatch("", [.. Enumerable.Range(i, 100).Select(n => new SubmitItem(Spec(n)))]), VirtualPool.Start + i, events, NoEffects.Instance);
            events.Clear();
        }
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Tasks;
        var snapshot = Laws.ReplayTests.Snapshot(pool);
        Assert.InRange(bytes, 200, 1023);
        Assert.InRange(snapshot.Length / (double)Tasks, 20, 512);
        Assert.Equal(Tasks, PoolScheduler.ReadSnapshot(snapshot, pool.Options).QueuedTasks);
    }

    /// <summary>As it comes from outside: nothing is shared with the next.</summary>
    private static TaskSpec Spec(int number) => new()
    {
        Agent = new string("agent"),
        Name = $"task-{number}",
        Command = ["sh", "-c", $"sha256sum /usr/share/file-{number} > /dev/null"],
        Resources = new ResourceSet { CpuMilli = 500 + number % 7, MemoryMiB = 64 },
        Duration = TimeSpan.FromSeconds(2),
    };
}
