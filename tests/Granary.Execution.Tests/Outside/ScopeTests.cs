using Granary.Execution.Scopes;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Outside;

/// <summary>systemd scopes by fakes: what systemd-run is asked for, with whose rights the command runs, what is cleared away.</summary>
public sealed class ScopeTests : IAsyncDisposable
{
    private readonly FakeTools _tools = new FakeTools().WithSystemd();
    private readonly AgentHarness _harness = new();

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        _tools.Dispose();
    }

    [Fact]
    public void It_is_there_where_systemd_runs_and_its_programs_are()
    {
        Assert.Equal("systemd does not run here (/no/such is not there)", ScopeSupport.Find(_tools.SearchPath, false, true, "/no/such").WhyNot);
        Assert.Equal("systemd-run is not installed", ScopeSupport.Find("/no/such", false, true, _tools.Path).WhyNot);
        Assert.Equal("setpriv (util-linux) is not installed", ScopeSupport.Find(_tools.Path, true, true, _tools.Path).WhyNot);
        Assert.Equal(new ScopeSupport($"{_tools.Path}/systemd-run", $"{_tools.Path}/systemctl", null, true), ScopeSupport.Find(_tools.SearchPath, false, false, _tools.Path).Support);
    }

    [Fact]
    public async Task Its_limits_are_the_scopes_and_it_is_stopped_with_all_that_it_started()
    {
        await Begin(null);
        var assignment = _harness.Assign(Scoped("true") with { Resources = new ResourceSet { CpuMilli = 1500, MemoryMiB = 64 } });
        Assert.Equal(ExitCause.Succeeded, (await _harness.Run(assignment)).Cause);
        var run = _tools.Calls.Single(c => c.StartsWith("systemd-run", StringComparison.Ordinal));
        foreach (var part in (string[])["--scope", "--unit=granary-", "MemoryMax=64M", "MemorySwapMax=0", "CPUWeight=150", "TasksMax=4096"]) Assert.Contains(part, run, StringComparison.Ordinal);
        Assert.Contains(_tools.Calls, c => c.StartsWith("systemctl", StringComparison.Ordinal) && c.Contains($"stop granary-", StringComparison.Ordinal) && c.EndsWith("-default-1-1.scope", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_scope_that_ran_out_of_memory_says_so()
    {
        await Begin(null);
        _tools.Mark("oom");
        var exit = await _harness.Run(_harness.Assign(Scoped("/bin/sh", "-c", "kill -9 $$") with { Resources = new ResourceSet { MemoryMiB = 64 } }));
        Assert.Equal((ExitCause.OutOfMemory, "out of memory: the scope reached its limit"), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task Another_users_task_has_that_users_rights_and_its_variables_reach_nothing_before()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is not installed");
        foreach (var folder in new[] { _harness.Data, _tools.Path, _tools.State })
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        await Begin(TaskUser.Choose("nobody"));
        var assignment = _harness.Assign(Scoped("/bin/sh", "-c", "id -u; echo \"$QUOTED\"; grep -E '^(NoNewPrivs|CapEff)' /proc/self/status; cat /etc/shadow 2> /dev/null || printf no") with
        {
            Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = "/evil.so", ["QUOTED"] = "it's $HOME `x`" },
        });
        var exit = await _harness.Run(assignment);
        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        var lines = _harness.Output(assignment.Lease).Split('\n');
        Assert.Equal(("65534", "it's $HOME `x`"), (lines[0], lines[1]));
        Assert.Contains("NoNewPrivs:\t1", lines);
        Assert.Contains("CapEff:\t0000000000000000", lines);
        Assert.Equal("no", lines[^1]);
        Assert.DoesNotContain("evil", File.ReadAllText(Path.Combine(_tools.State, "systemd-run.env")), StringComparison.Ordinal);
        Assert.DoesNotContain("it's", string.Concat(_tools.Calls), StringComparison.Ordinal);
    }

    private static TaskSpec Scoped(params string[] command) => AgentHarness.Spec(command) with { Terms = new TaskTerms { Action = new() { Scope = true } } };

    private Task Begin(TaskUser? user)
    {
        _harness.Options = _harness.Options with { RunAs = user, Executors = new() { Containers = "off", SearchPath = _tools.SearchPath, SystemdDirectory = _tools.Path } };
        return _harness.StartAgent();
    }
}
