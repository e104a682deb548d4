using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>Memory, CPU and output limits on real processes, with control groups where they can be made and without.</summary>
public sealed class LimitTests
{
    // tail keeps the one endless line in memory and, since nobody reads what it writes, goes on keeping it
    private const string Hog = "head -c 150000000 /dev/zero | tail -n 1 | sleep 60";

    private static readonly ResourceSet Memory64 = new() { MemoryMiB = 64 };

    [Fact]
    public async Task A_task_over_its_memory_is_stopped_by_its_group()
    {
        Cgroups.Require();
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Script("set -e; head -c 150000000 /dev/zero | tail -n 1 | cat > /dev/null; exit $?") with { Resources = Memory64 });

        // the shell goes on after its child was killed, so what it returns is the shell's: what counts is the message when it failed
        var direct = await harness.Run(AgentHarness.Spec("tail", "-n", "1", "/dev/zero") with { Resources = Memory64 });
        Assert.Equal((ExitCause.OutOfMemory, 9), (direct.Cause, direct.Signal));
        Assert.Matches("^out of memory: used [67][0-9]Mi of 64Mi$", direct.Message);
        Assert.InRange(direct.PeakMemoryKiB, 60 * 1024, 80 * 1024);
        Assert.InRange(exit.PeakMemoryKiB, 60 * 1024, 80 * 1024);
    }

    [Fact]
    public async Task The_peak_of_a_small_task_is_its_own_and_not_that_of_what_started_it()
    {
        Cgroups.Require();
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Spec("true") with { Resources = Memory64 });

        // the shim has about 50 MiB
        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        Assert.InRange(exit.PeakMemoryKiB, 1, 16 * 1024);
    }

    [Fact]
    public async Task A_task_over_its_memory_is_stopped_by_the_watch_where_there_are_no_groups()
    {
        await using var harness = await AgentHarness.Start(o => o with { Cgroups = false });

        var exit = await harness.Run(AgentHarness.Script(Hog) with { Resources = Memory64 });

        Assert.Equal((ExitCause.OutOfMemory, 9), (exit.Cause, exit.Signal));
        Assert.Matches("^out of memory: used [0-9]+Mi of 64Mi$", exit.Message);
        Assert.InRange(exit.PeakMemoryKiB, 64 * 1024, 400 * 1024);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_within_its_memory_is_left_alone(bool cgroups)
    {
        if (cgroups) Cgroups.Require();
        await using var harness = await AgentHarness.Start(o => o with { Cgroups = cgroups });

        var exit = await harness.Run(AgentHarness.Script("head -c 10000000 /dev/zero | tail -n 1 > /dev/null; sleep 0.2; exit 3") with { Resources = Memory64 });

        Assert.Equal((ExitCause.ExitCode, 3), (exit.Cause, exit.Code));
    }

    [Fact]
    public async Task A_limited_task_is_given_the_same_as_any_other()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Spec("printf", "%s|", "$HOME", "a b", "*") with { Resources = Memory64 });

        await harness.Run(task);

        Assert.Equal("$HOME|a b|*|", harness.Output(task.Lease));
    }

    [Fact]
    public async Task Groups_are_removed_with_the_task()
    {
        Cgroups.Require();
        var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("cat /proc/self/cgroup") with { Resources = Memory64 });
        await harness.Run(task);
        var own = harness.Output(task.Lease).Split('\n').First(l => l.Contains("/granary-", StringComparison.Ordinal));
        var instance = own[(own.IndexOf("/granary-", StringComparison.Ordinal) + "/granary-".Length)..].Split('/')[0];
        await AgentHarness.Eventually(() => Cgroups.Left(instance).All(d => Directory.GetDirectories(d).Length == 0), "the task's group goes");
        Assert.NotEmpty(Cgroups.Left(instance));

        await harness.DisposeAsync();

        Assert.Empty(Cgroups.Left(instance));
    }

    [Fact]
    public async Task A_task_that_lives_a_while_gets_its_CPU_weight()
    {
        Cgroups.Require();
        Assert.SkipUnless(Cgroups.Here.CpuPath.Length > 0, "there is no CPU controller");
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("until grep -q '[:,]cpu[:,].*granary' /proc/self/cgroup; do sleep 0.02; done; echo weighed")
            with
        { Resources = new() { CpuMilli = 500 }, TimeLimit = TimeSpan.FromSeconds(20) });
        Assert.SkipUnless(Cgroups.Here.Version == CgroupVersion.V1, "version 2 has one group for all");

        var exit = await harness.Run(task);

        Assert.Equal(ExitCause.Succeeded, exit.Cause);
    }

    [Fact]
    public async Task Output_over_its_limit_is_cut_and_says_so()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("head -c 5000000 /dev/zero | tr '\\0' x; echo end >&2") with { OutputLimitBytes = 1000 });

        var exit = await harness.Run(task);

        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        var output = harness.Output(task.Lease);
        Assert.Equal(1000, output.Length);
        Assert.EndsWith("xxx\n[output cut at 1000 bytes]\n", output, StringComparison.Ordinal);
        Assert.Equal("end\n", harness.Output(task.Lease, "stderr"));
    }

    [Fact]
    public async Task Output_is_cut_while_the_task_goes_on_writing()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("while :; do head -c 100000 /dev/zero | tr '\\0' x; sleep 0.01; done") with { OutputLimitBytes = 2 * 1024 * 1024 });
        harness.Node.Start(task);

        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "[output cut at 2Mi]"), "it is cut");
        harness.Node.Stop(task.Lease, ExitCause.Cancelled);
        await harness.Node.End(task.Lease);

        Assert.Equal(2 * 1024 * 1024, harness.Output(task.Lease).Length);
    }

    [Fact]
    public async Task Whole_cores_are_a_task_s_own_and_given_back()
    {
        var cpus = CpuTopology.Read(SystemRoot.Machine).Cpus.Select(c => c.Id).ToArray();
        Assert.SkipUnless(cpus.Length >= 2, "it takes two CPUs to share them out");
        await using var harness = await AgentHarness.Start(o => o with { PinWholeCores = true });
        const string Wait = "while [ ! -e /proc/$$/cwd/go ]; do sleep 0.02; done";
        var early = harness.Assign(AgentHarness.Script(Wait) with { Resources = new() { CpuMilli = 500 } });
        harness.Node.Start(early);
        await harness.Node.Report(early.Lease, ReportKind.Started);

        var pinned = harness.Assign(AgentHarness.Script("grep Cpus_allowed_list /proc/self/status; " + Wait) with { Resources = new() { CpuMilli = 1000 } });
        harness.Node.Start(pinned);
        await AgentHarness.Eventually(() => harness.HasOutput(pinned.Lease, "\n"), "the pinned task runs");
        var own = CpuList.Parse(harness.Output(pinned.Lease).Split(':')[1]);
        Assert.Single(own);

        var late = harness.Assign(AgentHarness.Spec("grep", "Cpus_allowed_list", "/proc/self/status") with { Resources = new() { CpuMilli = 500 } });
        await harness.Run(late);
        Assert.Equal(cpus.Except(own), CpuList.Parse(harness.Output(late.Lease).Split(':')[1]));
        await AgentHarness.Eventually(() => Allowed(harness, early.Lease).SequenceEqual(cpus.Except(own)), "the early task moves over");

        Go(harness, pinned.Lease);
        await harness.Node.End(pinned.Lease);
        await AgentHarness.Eventually(() => Allowed(harness, early.Lease).SequenceEqual(cpus), "the core is given back");
        Go(harness, early.Lease);
        await harness.Node.End(early.Lease);
    }

    private static void Go(AgentHarness harness, Lease lease) => File.WriteAllText($"{harness.Data}/tasks/{lease.Task}/work/go", "");

    private static int[] Allowed(AgentHarness harness, Lease lease)
    {
        foreach (var name in Directory.EnumerateDirectories("/proc"))
        {
            if (SystemRoot.Machine.Read($"{name}/environ")?.Contains($"{harness.Data}/tasks/{lease.Task}/work", StringComparison.Ordinal) != true) continue;
            var status = SystemRoot.Machine.Read($"{name}/status") ?? "";
            var line = status.Split('\n').FirstOrDefault(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
            if (line is not null && !status.StartsWith("Name:\tsleep", StringComparison.Ordinal)) return CpuList.Parse(line.Split(':')[1]);
        }
        return [];
    }
}
