using Granary.Abstractions;
using Granary.Cli.Run;
using Granary.Model;

namespace Granary.Cli.Tests.Run;

public sealed class FleetProgressTests
{
    private static FleetProgress Three(bool lastMayFail = false) => new(
    [
        new TrackedTask(new TaskId("default", 1), Sample.Task(1).Spec, "energy"),
        new TrackedTask(new TaskId("default", 2), Sample.Task(2).Spec, "physics"),
        new TrackedTask(new TaskId("default", 3), Sample.Task(3, mayFail: lastMayFail).Spec, "energy"),
    ]);

    private static TaskChange Change(long number, TaskState state, int attempt = 1, double at = 1, string reason = "") =>
        new(new TaskId("default", number), "a", "job", state, reason, "n1", attempt, Sample.At(at), null);

    [Fact]
    public void Counts_follow_the_changes()
    {
        var progress = Three();
        progress.Apply(Change(1, TaskState.Running));
        progress.Apply(Change(2, TaskState.Running));
        progress.Apply(Change(2, TaskState.Succeeded, at: 3));
        progress.Apply([Sample.Task(3, waiting: WaitReason.Dependency)]);
        var all = progress.All();
        Assert.Equal((3, 1, 1, 1, 0), (all.Total, all.Running, all.Queued, all.Succeeded, all.Bad));
        Assert.Equal([(WaitReason.Dependency, 1)], all.Waiting);
        Assert.Equal(["energy", "physics"], progress.Domains().Select(d => d.Name));
        Assert.Equal([(0, 2), (1, 1)], progress.Domains().Select(d => (d.Done, d.Total)));
        Assert.False(progress.IsDone);
    }

    [Fact]
    public void It_is_done_when_every_task_has_ended_in_whatever_way()
    {
        var progress = Three(lastMayFail: true);
        progress.Apply(Change(1, TaskState.Succeeded));
        progress.Apply(Change(2, TaskState.Failed));
        Assert.False(progress.IsDone);
        progress.Apply(Change(3, TaskState.Failed));
        Assert.True(progress.IsDone);
        Assert.Equal((1, 1, 1), (progress.All().Succeeded, progress.All().Bad, progress.All().Allowed));
    }

    [Fact]
    public void What_ended_stays_ended_whatever_comes_late()
    {
        var progress = Three();
        Assert.NotNull(progress.Apply(Change(1, TaskState.Succeeded)));
        Assert.Null(progress.Apply(Change(1, TaskState.Running)));
        progress.Apply([Sample.Task(1, TaskState.Running, started: 1)]);
        Assert.Equal(TaskState.Succeeded, progress.Tasks[0].State);
    }

    [Fact]
    public void An_older_attempt_does_not_overtake_a_newer()
    {
        var progress = Three();
        progress.Apply(Change(1, TaskState.Running, attempt: 2, at: 5));
        Assert.Null(progress.Apply(Change(1, TaskState.Failed, attempt: 1)));
        Assert.Equal((TaskState.Running, Sample.At(5)), (progress.Tasks[0].State, progress.Tasks[0].Started!.Value));
    }

    [Fact]
    public void Tasks_of_others_are_not_counted()
    {
        var progress = Three();
        Assert.Null(progress.Apply(Change(99, TaskState.Failed)));
        progress.Apply([Sample.Task(98, TaskState.Failed)]);
        Assert.Equal(3, progress.All().Queued);
    }

    [Theory]
    [InlineData(TaskState.Failed, 1, "exit code 3", "default/1 job of a failed: exit code 3")]
    [InlineData(TaskState.Queued, 1, "exit code 3", "default/1 job of a goes back to the queue after attempt 1: exit code 3")]
    [InlineData(TaskState.Lost, 1, "", "default/1 job of a is lost")]
    [InlineData(TaskState.Rejected, 0, "too late", "default/1 job of a is refused: too late")]
    [InlineData(TaskState.Running, 1, "", null)]
    [InlineData(TaskState.Succeeded, 1, "", null)]
    public void Only_the_unusual_is_told(TaskState state, int attempt, string reason, string? expected)
    {
        var task = Three().Tasks[0];
        task.Apply(Change(1, state, attempt, reason: reason));
        Assert.Equal(expected, RunEvent.Of(task));
    }
}
