using System.Diagnostics;
using Granary.Execution.Shim;
using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests.Limits;

/// <summary>A CPU goes offline under tasks that run. For their supervisor alone: in a mount namespace of its own a file lies over the kernel's.</summary>
public sealed class OfflineCpuTests : IDisposable
{
    private const string Mount = "mount --bind \"$0\" /sys/devices/system/cpu/online && exec \"$@\"";
    private static readonly string? Unshare = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "unshare")).FirstOrDefault(File.Exists);
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public async Task A_running_task_whose_core_goes_offline_is_bound_to_another_and_the_rest_shares_what_is_left()
    {
        var cpus = CpuTopology.Read(SystemRoot.Machine).Cpus.Select(c => c.Id).ToArray();
        Assert.SkipUnless(cpus.Length >= 2, "it takes two CPUs to lose one");
        Online(cpus);
        Assert.SkipUnless(await CanMountAsync(), "no mount namespace can be made here");
        await using var harness = await AgentHarness.Start(o => o with { PinWholeCores = true, ShimCommand = [Unshare!, "-m", "/bin/sh", "-c", Mount, _file, .. Program.Command(ShimProgram.Verb)] });
        var task = harness.Assign(AgentHarness.Script("echo $$; while [ ! -e go ]; do sleep 0.02; done") with { Resources = new() { CpuMilli = 1000 } });
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "\n"), "the task runs");
        var pid = int.Parse(harness.Output(task.Lease), System.Globalization.CultureInfo.InvariantCulture);
        var own = Assert.Single(Allowed(pid));

        Online(cpus.Where(c => c != own));
        await AgentHarness.Eventually(() => Allowed(pid) is [var other] && other != own, "the task has another core");
        if (cpus.Length == 2)
        {
            Online([own]); // the other way round: there is always one for it
            await AgentHarness.Eventually(() => Allowed(pid) is [var back] && back == own, "the task has its first core again");
        }
        Online(cpus);

        await File.WriteAllTextAsync($"{harness.Data}/tasks/{task.Lease.Task}/work/go", "", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCause.Succeeded, (await harness.Node.End(task.Lease)).Cause);
    }

    public void Dispose() => File.Delete(_file);

    private void Online(IEnumerable<int> cpus) => File.WriteAllText(_file, CpuList.Format(cpus) + "\n");

    private static int[] Allowed(int pid) => (SystemRoot.Machine.Read($"/proc/{pid}/status") ?? "").Split('\n')
        .Where(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Select(l => CpuList.Parse(l.Split(':')[1].Trim())).FirstOrDefault() ?? [];

    private async Task<bool> CanMountAsync()
    {
        if (Unshare is null) return false;
        using var process = Process.Start(new ProcessStartInfo(Unshare, ["-m", "/bin/sh", "-c", Mount, _file, "cat", "/sys/devices/system/cpu/online"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var seen = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && seen == await File.ReadAllTextAsync(_file);
    }
}
