using Granary.Model;

namespace Granary.Benchmarks.Storage;

/// <summary>Finished tasks as a busy pool has them: 131 agents, a label with 100 values, one in 1,000 failed.</summary>
internal static class SampleTasks
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TaskSpec[] Specs = [.. Enumerable.Range(0, 131 * 100).Select(i => new TaskSpec
    {
        Agent = $"agent-{i % 131}",
        Name = $"index-{i % 17}",
        Command = ["sh", "-c", "sha256sum /usr/bin/* > /dev/null"],
        Resources = new ResourceSet { CpuMilli = 500, MemoryMiB = 64 },
        Labels = new Dictionary<string, string> { ["shard"] = $"{i % 100}", ["domain"] = "energy" },
    })];

    public static IReadOnlyList<TaskView> Range(string pool, long first, int count)
    {
        if (count == 0) return [];
        var tasks = new TaskView[count];
        for (var i = 0; i < count; i++) tasks[i] = Task(pool, first + i);
        return tasks;
    }

    private static TaskView Task(string pool, long number)
    {
        var failed = number % 1000 == 0;
        var submitted = Start.AddMicroseconds(number * 100);
        return new TaskView
        {
            Id = new TaskId(pool, number),
            Spec = Specs[number % Specs.Length],
            State = failed ? TaskState.Failed : TaskState.Succeeded,
            Reason = failed ? "exit code 3" : "",
            Node = "node-1",
            Attempt = 1,
            Submitted = submitted,
            Started = submitted.AddSeconds(1),
            Finished = submitted.AddSeconds(3),
            Exit = new ExitInfo
            {
                Code = failed ? 3 : 0,
                Cause = failed ? ExitCause.ExitCode : ExitCause.Succeeded,
                PeakMemoryKiB = 12_345,
                CpuTime = TimeSpan.FromMilliseconds(1900),
                WallTime = TimeSpan.FromMilliseconds(2000),
            },
            Token = number,
        };
    }
}
