using Granary.Cli.Run;
using Granary.Model;

namespace Granary.Cli.Tests.Run;

public sealed class TimeLeftTests
{
    private static readonly ResourceSet TwoCores = new() { CpuMilli = 2000, MemoryMiB = 4096 };

    private static TrackedTask Task(long number, string name = "job", double? declared = null, long cpu = 1000, double? started = null, double? finished = null)
    {
        var state = finished is not null ? TaskState.Succeeded : started is not null ? TaskState.Running : TaskState.Queued;
        var view = Sample.Task(number, state, name: name, cpu: cpu, started: started, finished: finished, duration: declared);
        var task = new TrackedTask(view.Id, view.Spec, "d");
        task.Apply(view);
        return task;
    }

    private static double? Left(double now, params TrackedTask[] tasks) => TimeLeft.Of(tasks, TwoCores, Sample.At(now))?.TotalSeconds;

    [Fact]
    public void Nothing_is_said_while_nothing_is_known() => Assert.Null(Left(0, Task(1)));

    [Fact]
    public void Nothing_left_takes_no_time() => Assert.Equal(0, Left(9, Task(1, started: 0, finished: 4)));

    [Fact]
    public void Declared_work_is_spread_over_the_capacity() =>
        Assert.Equal(20, Left(0, Task(1, declared: 10), Task(2, declared: 10), Task(3, declared: 10), Task(4, declared: 10)));

    [Fact]
    public void Half_a_core_takes_a_quarter_of_two() =>
        Assert.Equal(10, Left(0, [.. Enumerable.Range(1, 4).Select(n => Task(n, declared: 10, cpu: 500))]));

    [Fact]
    public void It_is_never_shorter_than_the_longest_single_task() => Assert.Equal(30, Left(0, Task(1, declared: 30), Task(2, declared: 1)));

    [Fact]
    public void What_runs_has_only_its_rest_left() => Assert.Equal(4, Left(6, Task(1, declared: 10, started: 0)));

    [Fact]
    public void What_overruns_is_expected_to_end_now() => Assert.Equal(0, Left(60, Task(1, declared: 10, started: 0)));

    [Fact]
    public void Tasks_of_the_same_name_teach_more_than_declarations() =>
        Assert.Equal(7, Left(0, Task(1, "x", declared: 1, started: 0, finished: 7), Task(2, "x", declared: 1)));

    [Fact]
    public void Declarations_are_corrected_by_how_wrong_they_were() =>
        Assert.Equal(20, Left(0, Task(1, "x", declared: 5, started: 0, finished: 10), Task(2, "y", declared: 10)));

    [Fact]
    public void Without_a_declaration_the_mean_serves() =>
        Assert.Equal(6, Left(0, Task(1, "x", started: 0, finished: 4), Task(2, "y", started: 0, finished: 8), Task(3, "z")));
}
