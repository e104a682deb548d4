using Granary.Execution.Processes;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>Checkpoints are seen by what is written into a task's checkpoint directory.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public void Each_new_file_is_told_once()
    {
        var data = Directory.CreateTempSubdirectory("granary-checkpoints-").FullName;
        try
        {
            var files = new TaskFiles(data);
            var leases = new[] { LeaseOf(1), LeaseOf(2) };
            foreach (var lease in leases) Assert.Equal("", files.Prepare(lease.Task, 1, ownWork: false));
            var watch = new CheckpointWatch(files);
            Assert.Empty(watch.Look(leases));
            var first = Write(files, leases[0], "a", 10);
            Assert.Equal(new TaskReport(leases[0], ReportKind.Checkpoint, first, null), Assert.Single(watch.Look(leases)));
            Assert.Empty(watch.Look(leases));
            var again = Write(files, leases[0], "a", 20); // the same file, written anew
            Write(files, leases[0], "b", 15);
            var other = Write(files, leases[1], "c", 5);
            Assert.Equal([(1, again), (2, other)], watch.Look(leases).Select(r => (r.Lease.Task.Number, r.At)));
            Assert.Empty(watch.Look([leases[1]]));
            Assert.Single(watch.Look(leases)); // it had gone in between: whoever asks anew is told anew
            Assert.Empty(watch.Look([LeaseOf(3)])); // no directory
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task An_agent_reports_what_a_task_that_declares_checkpoints_writes()
    {
        await using var harness = await AgentHarness.Start();
        var script = AgentHarness.Script("echo state > \"$GRANARY_CHECKPOINT_DIR/state\"; echo ready; exec sleep 300");
        var silent = harness.Assign(script);
        var task = harness.Assign(script with { Terms = new TaskTerms { CheckpointEvery = TimeSpan.FromMinutes(5) } });
        harness.Node.Start(silent, task);

        await harness.Node.Until(() => harness.Node.Reports.Any(r => r.Kind == ReportKind.Checkpoint), "a checkpoint is reported");

        var report = harness.Node.Reports.First(r => r.Kind == ReportKind.Checkpoint);
        Assert.Equal(task.Lease, report.Lease);
        Assert.InRange((DateTimeOffset.UtcNow - report.At).TotalSeconds, -1, 60);
    }

    private static Lease LeaseOf(long number) => new(new TaskId("default", number), "n1", 1, number);

    private static DateTimeOffset Write(TaskFiles files, Lease lease, string name, int second)
    {
        var path = Path.Combine(files.Checkpoint(lease.Task), name);
        File.WriteAllText(path, "x");
        var at = new DateTime(2026, 1, 1, 0, 0, second, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, at);
        return new DateTimeOffset(at, TimeSpan.Zero);
    }
}
