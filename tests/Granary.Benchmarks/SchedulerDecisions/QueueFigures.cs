using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary>What a long queue costs: admission, memory, snapshot and restart, each task with a spec of its own, as it comes from outside.</summary>
internal static class QueueFigures
{
    private const int Batch = 100;

    public static void Print(int tasks)
    {
        var scheduler = new PoolScheduler("default", new SchedulerOptions());
        var events = new EventBatch();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long admitting = 0;
        for (var first = 0; first < tasks; first += Batch)
        {
            var batch = new SubmitBatch("", [.. Enumerable.Range(first, Batch).Select(n => new SubmitItem(Spec(n)))]);
            var start = CoreClock.Now;
            scheduler.Submit(batch, 1_700_000_000_000_000 + first, events, NoEffects.Instance);
            admitting += CoreClock.Now - start;
            events.Clear();
        }
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)tasks;
        var output = new ArrayBufferWriter<byte>(64 << 20);
        var (clock, core) = (Stopwatch.StartNew(), CoreClock.Now);
        scheduler.WriteSnapshot(output);
        var (writing, writingCore) = (clock.Elapsed, CoreClock.Now - core);
        clock.Restart();
        core = CoreClock.Now;
        var restored = PoolScheduler.ReadSnapshot(output.WrittenSpan, scheduler.Options);
        var (reading, readingCore) = (clock.Elapsed, CoreClock.Now - core);
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {tasks:N0} waiting tasks, {restored.QueuedTasks:N0} restored | measured | target |"));
        Console.WriteLine("| --- | ---: | ---: |");
        Row("admitted in batches of 100, tasks per core-second", tasks / (admitting / 1e9), "N0", "> 50,000");
        Row("memory per waiting task, bytes", bytes, "N0", "< 1,024");
        Row("snapshot, bytes per task", output.WrittenCount / (double)tasks, "N0", "");
        Row("snapshot written, core-seconds", writingCore / 1e9, "N2", "");
        Row("snapshot written, seconds by the wall clock", writing.TotalSeconds, "N2", "");
        Row("snapshot read, core-seconds", readingCore / 1e9, "N2", "");
        Row("snapshot read, seconds by the wall clock", reading.TotalSeconds, "N2", "< 10");
    }

    private static void Row(string what, double value, string format, string target) =>
        Console.WriteLine($"| {what} | {value.ToString(format, CultureInfo.InvariantCulture)} | {target} |");

    private static TaskSpec Spec(int number) => new()
    {
        Agent = $"a{number % 1000}",
        Name = $"task-{number % 5000}",
        Command = ["sh", "-c", $"sha256sum /usr/share/file-{number} > /dev/null"],
        Resources = new ResourceSet { CpuMilli = 250 * (1 + number % 16), MemoryMiB = 64 * (1 + number % 5) },
        Duration = TimeSpan.FromSeconds(1 + number % 30),
    };
}
