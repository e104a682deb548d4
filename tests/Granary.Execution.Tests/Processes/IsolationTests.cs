using System.Diagnostics;
using System.Globalization;
using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>What processes are kept to, on the kernel that is here. What it has no controller for is skipped and says so.</summary>
public sealed class IsolationTests
{
    private const string Hog = "echo $$; while :; do :; done";

    [Fact]
    public async Task A_hog_of_weight_100_beside_one_of_300_gets_a_quarter()
    {
        Cgroups.Require(CgroupController.Cpu);
        await using var harness = await AgentHarness.Start();
        var core = CpuTopology.Read(SystemRoot.Machine).Cpus[0].Id;
        var light = harness.Assign(With(AgentHarness.Script($"taskset -cp {core} $$ > /dev/null; {Hog}"), new() { CpuWeight = 100 }));
        var heavy = harness.Assign(With(AgentHarness.Script($"taskset -cp {core} $$ > /dev/null; {Hog}"), new() { CpuWeight = 300 }));
        harness.Node.Start(light, heavy);
        var (one, other) = (await Pid(harness, light), await Pid(harness, heavy));
        var (from, fromOther) = (CpuTicks(one), CpuTicks(other));

        // 2 seconds of one core's time between them, however long a busy machine takes for that
        await AgentHarness.Eventually(() => CpuTicks(one) + CpuTicks(other) - from - fromOther >= 200, "the two have used 2 s of CPU");
        var (used, usedOther) = (CpuTicks(one) - from, CpuTicks(other) - fromOther);
        await Cancel(harness, light, heavy);

        // of 200 ticks, with the kernel's slices of a few milliseconds and the moment between the two readings
        Assert.InRange(used / (double)(used + usedOther), 0.20, 0.30);
    }

    [Fact]
    public async Task A_quota_of_a_fifth_of_a_core_holds()
    {
        Cgroups.Require(CgroupController.Cpu);
        await using var harness = await AgentHarness.Start();
        var hog = harness.Assign(With(AgentHarness.Script(Hog), new() { CpuQuotaMilli = 200 }));
        harness.Node.Start(hog);
        var pid = await Pid(harness, hog);
        var (from, clock) = (CpuTicks(pid), Stopwatch.StartNew());

        await AgentHarness.Eventually(() => clock.ElapsedMilliseconds >= 1500, "a second and a half passes");
        var (used, elapsed) = (CpuTicks(pid) - from, clock.Elapsed);
        await Cancel(harness, hog);

        // one period of 100 ms more at either end, a tick of rounding; a busy machine may give it less
        Assert.InRange(used / 100.0, 0.02, (elapsed.TotalSeconds + 0.2) * 0.2 + 0.02);
    }

    [Fact]
    public async Task A_hog_of_memory_is_stopped_and_its_neighbour_is_not()
    {
        Cgroups.Require(CgroupController.Memory);
        await using var harness = await AgentHarness.Start();
        var neighbour = harness.Assign(AgentHarness.Script("head -c 20000000 /dev/zero | tail -n 1 > held; echo $$; while [ ! -e go ]; do sleep 0.02; done; wc -c < held") with { Resources = new() { MemoryMiB = 64 } });
        harness.Node.Start(neighbour);
        await Pid(harness, neighbour);

        var hog = await harness.Run(AgentHarness.Spec("tail", "-n", "1", "/dev/zero") with { Resources = new() { MemoryMiB = 64 } });
        await File.WriteAllTextAsync(Work(harness, neighbour) + "/go", "");
        var end = await harness.Node.End(neighbour.Lease);

        Assert.Equal(ExitCause.OutOfMemory, hog.Cause);
        Assert.Equal(ExitCause.Succeeded, end.Cause);
        Assert.EndsWith("20000000\n", harness.Output(neighbour.Lease), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_bomb_stays_within_its_processes_and_ends_with_its_task()
    {
        Cgroups.Require(CgroupController.Pids);
        await using var harness = await AgentHarness.Start();
        var bomb = harness.Assign(With(AgentHarness.Script("mkfifo never; ( b() { b | b & }; b; b; b ) 2> /dev/null & echo $$; read x < never"), new() { Processes = 24 }));
        harness.Node.Start(bomb);
        var pid = await Pid(harness, bomb);
        var group = Cgroups.GroupOf(pid, CgroupController.Pids);
        Assert.NotNull(group);

        var most = 0L;
        await AgentHarness.Eventually(() =>
        {
            most = Math.Max(most, Number(group + "/pids.current"));
            return Field(group + "/pids.events", "max ") > 0 || most >= 24;
        }, "it meets its limit");
        Assert.InRange(most, 1, 24);
        await Cancel(harness, bomb);

        await AgentHarness.Eventually(() => !Directory.Exists(group), "nothing of it is left");
    }

    [Fact]
    public async Task What_flees_from_session_to_session_is_ended_too()
    {
        Cgroups.Require(CgroupController.Freezer);
        await using var harness = await AgentHarness.Start();
        // every process lives for a moment and leaves a child in a session of its own
        var task = harness.Assign(AgentHarness.Script("printf '#!/bin/sh\\nsetsid \"$0\" &\\nexit 0\\n' > flee; chmod +x flee; ./flee; ./flee; echo $$; while :; do sleep 1; done"));
        harness.Node.Start(task);
        await Pid(harness, task);

        await Cancel(harness, task);

        await AgentHarness.Eventually(() => !Running(harness, task), "none of them runs");
    }

    [Fact]
    public async Task Reading_from_a_disk_keeps_to_its_rate()
    {
        Cgroups.Require(CgroupController.Io);
        await using var harness = await AgentHarness.Start();
        const string Read = "dd if=data of=/dev/null bs=256k iflag=direct 2> told || { cat told; exit 3; }";
        var write = harness.Assign(AgentHarness.Script("dd if=/dev/zero of=data bs=1M count=6 oflag=direct 2> told && pwd || { cat told; exit 3; }"));
        Assert.SkipUnless((await harness.Run(write)).Cause == ExitCause.Succeeded, "the temporary directory's file system reads and writes nothing directly");
        var data = Work(harness, write) + "/data";
        Assert.SkipUnless(OnLimitedDisk(data), "the temporary directory is on no disk that can be limited");

        var free = await harness.Run(AgentHarness.Script(Read) with { WorkingDirectory = Work(harness, write) });
        var kept = await harness.Run(With(AgentHarness.Script(Read) with { WorkingDirectory = Work(harness, write) }, new() { ReadBytesPerSecond = 4 * 1024 * 1024, Strict = true }));

        Assert.Equal((ExitCause.Succeeded, ExitCause.Succeeded), (free.Cause, kept.Cause));
        // 6 MiB at 4 MiB a second: 1.5 s, less what the kernel lets pass in its first slice
        Assert.InRange(kept.WallTime.TotalSeconds, 1.0, 30);
    }

    [Fact]
    public async Task A_task_s_processes_have_its_attributes()
    {
        await using var harness = await AgentHarness.Start();
        var isolation = new TaskIsolation
        {
            Policy = SchedulingPolicy.Batch,
            Nice = 7,
            IoPriority = 6,
            HugePages = false,
            Limits = new Dictionary<string, long> { ["nofile"] = 77, ["core"] = 0 },
        };
        var task = harness.Assign(With(AgentHarness.Script("awk '{print $19, $41}' /proc/self/stat; ionice; ulimit -n; ulimit -c; grep THP_enabled /proc/self/status"), isolation));
        Assert.Equal(ExitCause.Succeeded, (await harness.Run(task)).Cause);
        Assert.Equal("7 3\nbest-effort: prio 6\n77\n0\nTHP_enabled:\t0\n", harness.Output(task.Lease));

        var idle = harness.Assign(With(AgentHarness.Script("awk '{print $41}' /proc/self/stat; ionice; grep THP_enabled /proc/self/status"), new() { Policy = SchedulingPolicy.Idle, IoPriority = 8 }));
        await harness.Run(idle);
        Assert.Equal("5\nidle\nTHP_enabled:\t1\n", harness.Output(idle.Lease));
    }

    [Fact]
    public async Task Agents_of_a_low_class_go_last_unless_the_task_says_otherwise()
    {
        await using var harness = await AgentHarness.Start();
        const string Show = "awk '{print $19, $41}' /proc/self/stat";
        var inherited = File.ReadAllText("/proc/self/stat").Split(')')[^1].Split(' ')[17];
        var low = harness.Assign(AgentHarness.Script(Show)) with { Class = PriorityClass.Low };
        var own = harness.Assign(With(AgentHarness.Script(Show), new() { Nice = 3 })) with { Class = PriorityClass.Low };
        var normal = harness.Assign(AgentHarness.Script(Show));
        foreach (var task in new[] { low, own, normal }) await harness.Run(task);
        Assert.Equal(["10 3\n", "3 3\n", $"{inherited} 0\n"], new[] { low, own, normal }.Select(t => harness.Output(t.Lease)));
    }

    [Fact]
    public async Task Memory_is_bound_to_the_nodes_of_a_task_s_cores()
    {
        Assert.SkipUnless(File.Exists("/proc/self/numa_maps") && ProcessAttributes.SetMemoryNodes(bind: false, []) == 0, "this kernel knows no memory policies, or this container may not set them");
        await using var harness = await AgentHarness.Start(o => o with { PinWholeCores = true });
        var node = CpuTopology.Read(SystemRoot.Machine).Cpus.Select(c => c.NumaNode).Distinct().ToArray();
        var task = harness.Assign(With(AgentHarness.Script("cat /proc/self/numa_maps"), new() { Numa = NumaPolicy.Bind }) with { Resources = new() { CpuMilli = 1000 } });
        await harness.Run(task);
        Assert.Contains(node, n => harness.Output(task.Lease).Contains($"bind:{n}", StringComparison.Ordinal));

        var after = harness.Assign(AgentHarness.Script("cat /proc/self/numa_maps"));
        await harness.Run(after);
        Assert.DoesNotContain("bind:", harness.Output(after.Lease), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pinned_task_cannot_leave_its_cores()
    {
        Cgroups.Require(CgroupController.Cpuset);
        var cpus = CpuTopology.Read(SystemRoot.Machine).Cpus.Select(c => c.Id).ToArray();
        Assert.SkipUnless(cpus.Length >= 2, "it takes two CPUs to leave one");
        await using var harness = await AgentHarness.Start(o => o with { PinWholeCores = true });
        var task = harness.Assign(AgentHarness.Script($"echo $$; while [ ! -e go ]; do sleep 0.02; done; taskset -cp {CpuList.Format(cpus)} $$ > /dev/null 2>&1; grep Cpus_allowed_list /proc/self/status") with
        {
            Resources = new() { CpuMilli = 1000 },
        });
        harness.Node.Start(task);
        var pid = await Pid(harness, task);
        await AgentHarness.Eventually(() => Cgroups.GroupOf(pid, CgroupController.Cpuset) is not null, "it lives long enough for a set of its own");

        await File.WriteAllTextAsync(Work(harness, task) + "/go", "");
        await harness.Node.End(task.Lease);

        Assert.Single(CpuList.Parse(harness.Output(task.Lease).Split(':')[1]));
    }

    [Fact]
    public async Task What_a_node_cannot_give_is_refused_only_to_who_insists()
    {
        await using var harness = await AgentHarness.Start(o => o with { Cgroups = false });
        var refused = await harness.Run(With(AgentHarness.Script("exit 0"), new() { Processes = 5, Strict = true }));
        Assert.Equal(ExitCause.StartFailed, refused.Cause);
        Assert.Equal("this node cannot keep it to what it asks for (processes: control groups are switched off on this node (Node:Cgroups)): leave that out, or strict", refused.Message);
        Assert.Equal(ExitCause.Succeeded, (await harness.Run(With(AgentHarness.Script("exit 0"), new() { Processes = 5 }))).Cause);
    }

    [Fact]
    public async Task What_a_killed_shim_left_is_undone_by_the_next()
    {
        Cgroups.Require(CgroupController.Pids);
        Cgroups.Require(CgroupController.Freezer);
        var harness = await AgentHarness.Start(o => o with { PinWholeCores = true });
        var task = harness.Assign(With(AgentHarness.Script("echo $$; while [ ! -e go ]; do sleep 0.02; done; exit 7"), new() { Processes = 8, CpuQuotaMilli = 500 }) with { Resources = new() { MemoryMiB = 64, CpuMilli = 500 } });
        harness.Node.Start(task);
        var pid = await Pid(harness, task);
        var group = Cgroups.GroupOf(pid, CgroupController.Pids)!;
        var instance = Path.GetFileName(Path.GetDirectoryName(group)!)["granary-".Length..];
        // as it would be left by a shim that dies while it ends somebody: one task's processes stopped, and a group of nobody's with a process in it
        var freezer = Cgroups.Layout.For(CgroupController.Freezer)!;
        var frozen = new TaskGroup(freezer.Version, $"{Cgroups.Left(instance).First(d => d.StartsWith(freezer.Parents[0], StringComparison.Ordinal))}/{Path.GetFileName(group)}", [CgroupController.Freezer]);
        Directory.CreateDirectory(frozen.Directory);
        Assert.True(frozen.Enter(pid));
        Assert.True(frozen.Freeze());
        using var stray = Process.Start("sleep", "600");
        var orphan = new TaskGroup(CgroupVersion.V1, Path.GetDirectoryName(group) + "/nobody-1-1", []);
        Directory.CreateDirectory(orphan.Directory);
        Assert.True(orphan.Enter(stray.Id));
        var shim = harness.Agent.ShimPid;

        Sys.Kill(shim, Signals.Kill);
        await AgentHarness.Eventually(() => harness.Agent.ShimPid != shim, "another shim is there");

        await stray.WaitForExitAsync().WaitAsync(FakeNode.Patience);
        await File.WriteAllTextAsync(Work(harness, task) + "/go", "");
        await harness.Node.End(task.Lease);
        await AgentHarness.Eventually(() => Cgroups.Left(instance).All(d => Directory.GetDirectories(d).Length == 0), "the groups go");
        await harness.DisposeAsync();
        Assert.Empty(Cgroups.Left(instance));
    }

    [Theory]
    [InlineData(CgroupVersion.V1)]
    [InlineData(CgroupVersion.V2)]
    public async Task Frozen_processes_stand_still_until_they_are_let_go(CgroupVersion version)
    {
        var mounts = (SystemRoot.Machine.Read("/proc/self/mounts") ?? "").Split('\n').Select(l => l.Split(' '));
        var mount = mounts.FirstOrDefault(f => f.Length > 3 && (version == CgroupVersion.V2 ? f[2] == "cgroup2" : f[2] == "cgroup" && f[3].Split(',').Contains("freezer")))?[1];
        Assert.SkipUnless(mount is not null, $"no freezer of version {version} is mounted");
        using var hog = Process.Start("sh", ["-c", "while :; do :; done"]);
        var group = new TaskGroup(version, $"{mount}/granary-test-{Guid.NewGuid():N}", [CgroupController.Freezer]);
        Assert.SkipUnless(Sys.MakeDirectory(group.Directory) == 0, $"no group can be made in {mount}");
        try
        {
            Assert.True(group.Enter(hog.Id));
            Assert.True(group.Freeze());
            var still = CpuTicks(hog.Id);
            var clock = Stopwatch.StartNew();
            await AgentHarness.Eventually(() => clock.ElapsedMilliseconds > 150, "a while passes");
            Assert.Equal(still, CpuTicks(hog.Id));

            group.Thaw();
            await AgentHarness.Eventually(() => CpuTicks(hog.Id) > still, "it goes on");
            Assert.True(group.KillAll(pid => Sys.Kill(pid, Signals.Kill)));
            await hog.WaitForExitAsync().WaitAsync(FakeNode.Patience);
        }
        finally
        {
            if (!hog.HasExited) hog.Kill();
            await AgentHarness.Eventually(group.TryRemove, "the group goes");
        }
    }

    private static TaskSpec With(TaskSpec spec, TaskIsolation isolation) => spec with { Terms = new TaskTerms { Isolation = isolation } };

    private static string Work(AgentHarness harness, Assignment task) => $"{harness.Data}/tasks/{task.Lease.Task}/work";

    private static async Task<int> Pid(AgentHarness harness, Assignment task)
    {
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "\n"), "it runs");
        return int.Parse(harness.Output(task.Lease).Split('\n')[0], CultureInfo.InvariantCulture);
    }

    private static async Task Cancel(AgentHarness harness, params Assignment[] tasks)
    {
        foreach (var task in tasks) harness.Node.Stop(task.Lease, ExitCause.Cancelled);
        foreach (var task in tasks) Assert.Equal(ExitCause.Cancelled, (await harness.Node.End(task.Lease)).Cause);
    }

    // utime and stime, hundredths of a second
    private static long CpuTicks(int pid)
    {
        var text = SystemRoot.Machine.Read($"/proc/{pid}/stat") ?? "";
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 13 ? 0 : long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static bool Running(AgentHarness harness, Assignment task) => Directory.EnumerateDirectories("/proc")
        .Any(p => SystemRoot.Machine.Read($"{p}/environ")?.Contains($"PWD={Work(harness, task)}", StringComparison.Ordinal) == true);

    private static bool OnLimitedDisk(string path)
    {
        var mount = (SystemRoot.Machine.Read("/proc/self/mountinfo") ?? "").Split('\n').Select(l => l.Split(' ')).Where(f => f.Length > 5 && path.StartsWith(f[4], StringComparison.Ordinal)).MaxBy(f => f[4].Length);
        return mount is not null && Disks.Numbers(SystemRoot.Machine).Contains(mount[2]);
    }

    private static long Number(string file) => long.TryParse(SystemRoot.Machine.Read(file), CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static long Field(string file, string name) => (SystemRoot.Machine.Read(file) ?? "").Split('\n')
        .Where(l => l.StartsWith(name, StringComparison.Ordinal)).Select(l => long.Parse(l[name.Length..], CultureInfo.InvariantCulture)).FirstOrDefault();
}
