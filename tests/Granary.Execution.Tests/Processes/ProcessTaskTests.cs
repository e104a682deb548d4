using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>Real processes through agent and shim: what they are given and how they end.</summary>
public sealed class ProcessTaskTests
{
    [Theory]
    [InlineData("exit 0", 0, 0, ExitCause.Succeeded, "")]
    [InlineData("exit 3", 3, 0, ExitCause.ExitCode, "exit code 3")]
    [InlineData("exit 255", 255, 0, ExitCause.ExitCode, "exit code 255")]
    [InlineData("kill -SEGV $$", null, 11, ExitCause.Signal, "signal 11 (SIGSEGV)")]
    [InlineData("kill -KILL $$", null, 9, ExitCause.Signal, "signal 9 (SIGKILL)")]
    public async Task The_end_is_reported_exactly(string script, int? code, int signal, ExitCause cause, string message)
    {
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Script(script));

        Assert.Equal((code, signal, cause, message), (exit.Code, exit.Signal, exit.Cause, exit.Message));
    }

    [Fact]
    public async Task The_start_is_reported_before_the_end()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("true");

        await harness.Run(task);

        Assert.Equal([ReportKind.Started, ReportKind.Ended], harness.Node.Reports.Where(r => r.Lease == task.Lease).Select(r => r.Kind));
    }

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("printf", "%s|", "$HOME", "a b", "*", "`id`", "\"'", "", "ünï");

        var exit = await harness.Run(task);

        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        Assert.Equal("$HOME|a b|*|`id`|\"'||ünï|", harness.Output(task.Lease));
    }

    [Fact]
    public async Task A_shell_interprets_the_command_only_when_asked()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Spec("echo", "one;", "echo", "$GRANARY_TASK") with { Shell = true });

        await harness.Run(task);

        Assert.Equal($"one\n{task.Lease.Task}\n", harness.Output(task.Lease));
    }

    [Fact]
    public async Task The_environment_is_small_and_clean()
    {
        Environment.SetEnvironmentVariable("GRANARY_SECRET_OF_THE_AGENT", "x");
        await using var harness = await AgentHarness.Start();
        var spec = AgentHarness.Spec("env") with { Environment = new Dictionary<string, string> { ["LANG"] = "mine", ["OWN"] = "a=b c" } };
        var task = harness.Assign(spec) with { Index = 4, Count = 9 };

        await harness.Run(task);

        var lines = harness.Output(task.Lease).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["GRANARY_AGENT", "GRANARY_ATTEMPT", "GRANARY_CHECKPOINT_DIR", "GRANARY_COUNT", "GRANARY_INDEX", "GRANARY_LEASE", "GRANARY_NODE",
                "GRANARY_TASK", "HOME", "LANG", "OWN", "PATH", "PWD", "TMPDIR"],
            lines.Select(l => l.Split('=')[0]).Order(StringComparer.Ordinal));
        Assert.Contains("LANG=mine", lines);
        Assert.Contains("OWN=a=b c", lines);
        Assert.Contains("GRANARY_INDEX=4", lines);
        Assert.Contains("GRANARY_COUNT=9", lines);
        Assert.Contains($"GRANARY_TASK={task.Lease.Task}", lines);
    }

    [Fact]
    public async Task A_member_of_a_gang_knows_the_others()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("env") with { Index = 1, Count = 3, GangNodes = ["n1", "n1", "n2"] };

        await harness.Run(task);

        Assert.Equal(["GRANARY_GANG_INDEX=1", "GRANARY_GANG_NODES=n1,n1,n2", "GRANARY_GANG_SIZE=3"],
            harness.Output(task.Lease).Split('\n').Where(l => l.StartsWith("GRANARY_GANG", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_task_knows_the_gpus_it_may_use()
    {
        await using var harness = await AgentHarness.Start();
        var (with, without) = (harness.Assign(AgentHarness.Script("echo $GRANARY_GPUS")) with { Gpus = [0, 3] }, harness.Assign(AgentHarness.Script("echo ${GRANARY_GPUS-none}")));

        await harness.Run(with);
        await harness.Run(without);

        Assert.Equal("0,3\n", harness.Output(with.Lease));
        Assert.Equal("none\n", harness.Output(without.Lease));
    }

    [Fact]
    public async Task It_works_in_a_directory_of_its_own_or_in_the_one_asked_for()
    {
        await using var harness = await AgentHarness.Start();
        var own = harness.Assign("pwd");
        var asked = harness.Assign(AgentHarness.Spec("pwd") with { WorkingDirectory = "/tmp" });

        await harness.Run(own);
        await harness.Run(asked);

        Assert.Equal($"{harness.Data}/tasks/default/{own.Lease.Task.Number}/work\n", harness.Output(own.Lease));
        Assert.Equal("/tmp\n", harness.Output(asked.Lease));
    }

    [Fact]
    public async Task It_has_a_session_of_its_own_and_no_input_and_no_descriptor_of_ours()
    {
        await using var harness = await AgentHarness.Start();
        // read's exit code 1 is the end of input; ls itself opens one more descriptor to list them
        var task = harness.Assign(AgentHarness.Script("read x; echo $?; ls /proc/self/fd | wc -l; echo $(cut -d' ' -f6 /proc/$$/stat) $$"));

        await harness.Run(task);

        var lines = harness.Output(task.Lease).Split('\n');
        Assert.Equal("1", lines[0]);
        Assert.Equal("4", lines[1]);
        var ids = lines[2].Split(' ');
        Assert.Equal(ids[0], ids[1]);
    }

    [Fact]
    public async Task Signals_have_their_default_actions()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status");

        await harness.Run(task);

        var masks = harness.Output(task.Lease).Split('\n').Take(2).Select(l => Convert.ToUInt64(l.Split('\t')[1], 16)).ToArray();
        const ulong LibraryOwn = 0x1_8000_0000; // 32 and 33: posix_spawn itself ignores the C library's own signals
        Assert.Equal([0UL, 0UL], masks.Select(m => m & ~LibraryOwn));
    }

    [Fact]
    public async Task Standard_error_has_a_file_of_its_own()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("echo out; echo err >&2"));

        await harness.Run(task);

        Assert.Equal("out\n", harness.Output(task.Lease));
        Assert.Equal("err\n", harness.Output(task.Lease, "stderr"));
    }

    [Fact]
    public async Task A_second_attempt_puts_the_output_of_the_first_aside()
    {
        await using var harness = await AgentHarness.Start();
        var spec = AgentHarness.Script("echo attempt $GRANARY_ATTEMPT");
        var first = harness.Assign(spec, number: 77);
        var second = harness.Assign(spec, number: 77, attempt: 2);

        await harness.Run(first);
        await harness.Run(second);

        Assert.Equal("attempt 2\n", harness.Output(second.Lease));
        Assert.Equal("attempt 1\n", harness.Output(first.Lease, "stdout.1"));
    }

    [Fact]
    public async Task Time_and_memory_used_are_recorded()
    {
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Script("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"));

        Assert.InRange(exit.CpuTime.TotalMilliseconds, 10, 60_000);
        Assert.InRange(exit.PeakMemoryKiB, 500, 100_000);
        Assert.InRange(exit.WallTime.TotalMilliseconds, 1, 60_000);
    }
}
