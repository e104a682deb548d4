using System.Diagnostics;
using Granary.Execution.Limits;
using Granary.Hardware;

namespace Granary.Execution.Tests.Limits;

/// <summary>
/// Groups of version 2 on the kernel's own file system, where it is mounted. What serves version 1 there is missing from it: freezing and killing belong to every group, limits of processes, CPU and memory
/// are tried where their controllers are free.
/// </summary>
public sealed class UnifiedGroupTests : IDisposable
{
    private static readonly LeaseKey Key = new(new("default", 1), 1);
    private readonly string _remember = Path.GetTempFileName();

    private static string Mount => File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')).FirstOrDefault(f => f.Length > 2 && f[2] == "cgroup2")?[1] ?? "";

    [Fact]
    public async Task A_group_is_frozen_thawed_and_killed_with_everything_that_forks_in_it()
    {
        var groups = Require();
        using var forks = Process.Start("sh", ["-c", "while :; do sleep 0.01; done"])!;
        var group = groups.MakeForEnding(Key, [], () => [forks.Id])!;
        try
        {
            Assert.Equal(CgroupVersion.V2, group.Version);
            Assert.Contains(forks.Id, group.Members());
            Assert.True(group.Freeze());
            Assert.True(group.IsFrozen);
            var (members, used) = (group.Members().Order().ToArray(), Ticks(forks.Id));
            using var late = Process.Start("sleep", ["60"])!;
            Assert.True(group.Enter(late.Id)); // what enters a frozen group stops too
            Assert.Equal(members.Append(late.Id).Order(), group.Members().Order());
            Assert.Equal(used, Ticks(forks.Id));
            group.Thaw();
            Assert.False(group.IsFrozen);
            Assert.True(group.KillAll(_ => Assert.Fail("the kernel's own switch ends them")));
            await forks.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            await late.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal(137, forks.ExitCode);
        }
        finally
        {
            _ = group.KillAll(_ => { });
            groups.Remove([group]);
            await Support.AgentHarness.Eventually(() => !groups.RemoveLeft(), "the group is removed");
            groups.Close();
        }
        Assert.False(Directory.Exists(group.Directory));
    }

    [Fact]
    public async Task The_number_of_processes_is_kept_to()
    {
        var groups = Require(CgroupController.Pids);
        var plan = groups.Plan(new() { Processes = 3 });
        var made = groups.MakeAtStart(Key, plan, []);
        try
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "read go; for i in 1 2 3 4 5 6; do sleep 5 & done 2>&1; jobs -p | wc -l"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            Assert.All(made, g => Assert.True(g.Enter(shell.Id)));
            shell.StandardInput.WriteLine("go");
            var error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Contains("fork", error, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            foreach (var group in made) _ = group.KillAll(_ => { });
            groups.Remove(made);
            await Support.AgentHarness.Eventually(() => !groups.RemoveLeft(), "the groups are removed");
            groups.Close();
        }
    }

    public void Dispose() => File.Delete(_remember);

    private TaskGroups Require(params CgroupController[] controllers)
    {
        Assert.SkipWhen(Mount.Length == 0, "cgroup version 2 is not mounted here");
        var there = (SystemRoot.Machine.Read($"{Mount}/cgroup.controllers") ?? "").Split(' ');
        foreach (var controller in controllers) Assert.SkipUnless(there.Contains(controller.ToString().ToLowerInvariant()), $"the {controller} controller serves version 1 here");
        File.Delete(_remember);
        var groups = TaskGroups.Open(new([new(CgroupVersion.V2, [Mount], [CgroupController.Freezer, .. controllers])], new Dictionary<CgroupController, string>()), $"test-{Environment.ProcessId}-{Guid.NewGuid():N}", _remember, []);
        Assert.SkipWhen(groups is null, $"groups cannot be made in {Mount}");
        return groups!;
    }

    private static string Ticks(int pid) => string.Join(' ', (SystemRoot.Machine.Read($"/proc/{pid}/stat") ?? "").Split(' ').Skip(13).Take(2));
}
