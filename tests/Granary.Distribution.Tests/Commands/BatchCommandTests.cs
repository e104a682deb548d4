using System.Diagnostics;
using Granary.Distribution.Commands;
using Granary.Distribution.Jobs;
using Granary.Distribution.Tests.Simulation;
using Granary.Model;

namespace Granary.Distribution.Tests.Commands;

public sealed class BatchCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-batch-").FullName;

    public void Dispose() => Directory.Delete(_directory, true);

    private static WorkSpec Spec(string[] command, IReadOnlyList<WorkPartition>? partitions = null, string output = "", bool shell = false) => Make.Work(Make.Stage("s", 1) with
    {
        Task = new TaskSpec { Agent = "a", Command = command, Shell = shell, Duration = TimeSpan.FromSeconds(2) },
        Partitions = partitions ?? [.. Enumerable.Range(0, 4).Select(p => new WorkPartition([$"/in/{p}"], 10 * p, 10))],
        Output = output,
    });

    [Theory]
    [InlineData("{}", "/in/2")]
    [InlineData("x{input}y", "x/in/2y")]
    [InlineData("{partition}/{count}", "2/4")]
    [InlineData("{offset}+{length}", "20+10")]
    [InlineData("{other}", "{other}")]
    [InlineData("$HOME '{}'", "$HOME '/in/2'")]
    public void Marks_stand_for_the_partition(string word, string expected) => Assert.Equal(["tool", expected], BatchCommand.Words(Spec(["tool", word]).Stages[0], 2));

    [Fact]
    public void One_partition_runs_the_command_itself()
    {
        var task = BatchCommand.Task("w-1", Spec(["sha256sum", "{}"]), new Batch { Number = 7, Partitions = [2] });
        Assert.Equal(["sha256sum", "/in/2"], task.Command);
        Assert.Equal(("2", "4", "/in/2", "20", "10"), (task.Environment!["GRANARY_PARTITION"], task.Environment["GRANARY_PARTITION_COUNT"], task.Environment["GRANARY_PARTITION_INPUT"], task.Environment["GRANARY_PARTITION_OFFSET"], task.Environment["GRANARY_PARTITION_LENGTH"]));
        Assert.Equal(("w-1", "w-1.7", TimeSpan.FromSeconds(2), true), (task.Labels!["granary.work"], task.Labels[BatchCommand.Label], task.Duration!.Value, task.MayFail));
    }

    [Fact]
    public void A_copy_keeps_apart_from_its_original()
    {
        var task = BatchCommand.Task("w-1", Spec(["true"]), new Batch { Number = 9, Partitions = [2], CopyOf = 7, Target = "n2", Steered = true });
        Assert.Equal(new TaskAffinity(AffinityBy.Label, "granary.batch=w-1.7", Required: true), Assert.Single(task.Terms!.Placement!.Apart!));
        Assert.Equal("n2", Assert.Single(task.Terms.Placement.Data!).Key);
    }

    [Fact]
    public void A_batch_runs_each_in_turn_goes_on_where_it_was_and_says_which_failed()
    {
        var spec = Spec(["sh", "-c", "echo \"$GRANARY_PARTITION $GRANARY_PARTITION_INPUT $0\"; [ $GRANARY_PARTITION != 3 ] || exit 9", "it's {partition}"]);
        var task = BatchCommand.Task("w-1", spec, new Batch { Number = 1, Partitions = [1, 3, 2] });
        Assert.Equal((9, "1 /in/1 it's 1\n3 /in/3 it's 3\n", "partition 3 failed with exit code 9\n"), Run(task));
        Assert.Equal((9, "3 /in/3 it's 3\n", "partition 3 failed with exit code 9\n"), Run(task)); // 1 is marked as through
        File.WriteAllText(Path.Combine(_directory, ".partition-3"), "");
        Assert.Equal((0, "2 /in/2 it's 2\n", ""), Run(task));
        Assert.Equal(TimeSpan.FromSeconds(6), task.Duration);
    }

    [Fact]
    public void A_line_for_the_shell_gets_its_inputs_quoted()
    {
        var spec = Spec(["printf '<%s>' {} | tr a b"], [new WorkPartition(["a b", "c'd"]), new WorkPartition(["$x"])], shell: true);
        Assert.Equal((0, "<b b><c'd><$x>", ""), Run(BatchCommand.Task("w-1", spec, new Batch { Number = 1, Partitions = [0, 1] })));
        var one = BatchCommand.Task("w-1", spec, new Batch { Number = 2, Partitions = [0] });
        Assert.Equal((true, "printf '<%s>' 'a b' 'c'\\''d' | tr a b"), (one.Shell, Assert.Single(one.Command)));
    }

    [Fact]
    public void The_first_output_stays_and_no_half_one_is_seen()
    {
        var spec = Spec(["sh", "-c", "echo out $GRANARY_PARTITION $GRANARY_TASK; [ $GRANARY_PARTITION = 0 ] || exit 1"], output: Path.Combine(_directory, "out"));
        Directory.CreateDirectory(Path.Combine(_directory, "out"));
        var task = BatchCommand.Task("w-1", spec, new Batch { Number = 1, Partitions = [0] });
        Assert.Equal((0, "", ""), Run(task, "default/5"));
        File.Delete(Path.Combine(_directory, ".partition-0"));
        Assert.Equal((0, "", ""), Run(task, "default/6")); // a second result
        Assert.Equal("out 0 default/5\n", File.ReadAllText(Path.Combine(_directory, "out", "s-00000")));
        Assert.Equal(1, Run(BatchCommand.Task("w-1", spec, new Batch { Number = 2, Partitions = [1] })).Code);
        Assert.Equal(["s-00000"], Directory.GetFiles(Path.Combine(_directory, "out")).Select(Path.GetFileName));
    }

    [Fact]
    public void The_bound_on_text_is_never_below_what_the_script_has()
    {
        var spec = Spec(["tool", "--range={offset}-{length}", "{}", "it's", "{output}"], [.. Enumerable.Range(0, 50).Select(p => new WorkPartition([new string('\'', 100), $"b{p}"]))], output: "/out");
        var all = Enumerable.Range(0, 50).ToArray();
        Assert.True(BatchCommand.Task("w-1", spec, new Batch { Number = 1, Partitions = all }).Command[2].Length <= 2048 + all.Sum(p => BatchCommand.TextOf(spec.Stages[0], p)));
    }

    private (int Code, string Output, string Error) Run(TaskSpec task, string id = "default/1")
    {
        var info = new ProcessStartInfo(task.Command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in task.Command.Skip(1)) info.ArgumentList.Add(word);
        foreach (var (name, value) in task.Environment!) info.Environment[name] = value;
        (info.Environment["GRANARY_CHECKPOINT_DIR"], info.Environment["GRANARY_TASK"], info.Environment["GRANARY_ATTEMPT"]) = (_directory, id, "1");
        using var process = Process.Start(info)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEnd());
        process.WaitForExit();
        return (process.ExitCode, output.Result, error);
    }
}
