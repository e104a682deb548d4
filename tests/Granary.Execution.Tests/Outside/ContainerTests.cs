using Granary.Execution.Containers;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Outside;

/// <summary>Containers by a fake engine: what the engine is asked for, what its ends mean, what is cleared away.</summary>
public sealed class ContainerTests : IAsyncDisposable
{
    private readonly FakeTools _tools = new("podman", "docker");
    private readonly AgentHarness _harness = new();

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        _tools.Dispose();
    }

    [Theory]
    // exit of the client, state of the container -> cause, code
    [InlineData(ExitCause.Succeeded, 0, "exited 0 false", ExitCause.Succeeded, 0)]
    [InlineData(ExitCause.ExitCode, 3, "exited 3 false", ExitCause.ExitCode, 3)]
    [InlineData(ExitCause.ExitCode, 137, "exited 137 true", ExitCause.OutOfMemory, 137)]
    [InlineData(ExitCause.ExitCode, 125, "", ExitCause.StartFailed, null)]
    [InlineData(ExitCause.ExitCode, 125, "created 0 false", ExitCause.StartFailed, null)]
    [InlineData(ExitCause.ExitCode, 127, "created 0 false", ExitCause.StartFailed, null)]
    [InlineData(ExitCause.ExitCode, 127, "stopped 127 false", ExitCause.ExitCode, 127)]
    [InlineData(ExitCause.ExitCode, 125, "exited 125 false", ExitCause.ExitCode, 125)]
    [InlineData(ExitCause.Unknown, null, "stopped 5 false", ExitCause.ExitCode, 5)]
    [InlineData(ExitCause.Unknown, null, "exited 0 false", ExitCause.Succeeded, 0)]
    [InlineData(ExitCause.Unknown, null, "exited 4 false", ExitCause.ExitCode, 4)]
    [InlineData(ExitCause.Unknown, null, "running 0 false", ExitCause.Unknown, null)]
    [InlineData(ExitCause.Cancelled, null, "exited 137 false", ExitCause.Cancelled, null)]
    [InlineData(ExitCause.TimeLimit, null, "exited 137 true", ExitCause.TimeLimit, null)]
    public void An_end_is_what_the_engine_saw(ExitCause client, int? code, string state, ExitCause cause, int? told)
    {
        var exit = ContainerRuns.Judge(new ExitInfo { Cause = client, Code = code }, state, "Error: no such image");
        Assert.Equal((cause, told), (exit.Cause, exit.Code));
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_a_start_that_failed()
    {
        await Begin();
        var exit = await _harness.Run(Boxed(new ContainerRun { Image = "missing" }));
        Assert.Equal((ExitCause.StartFailed, "Error: no such image: missing"), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task Only_what_the_node_lets_be_mounted_is_mounted_and_a_link_does_not_lead_around_that()
    {
        var shared = Directory.CreateDirectory(Path.Combine(_harness.Data, "shared", "sub")).Parent!.FullName;
        File.CreateSymbolicLink(Path.Combine(shared, "link"), "/etc");
        await Begin(o => o with { ContainerMounts = $"{shared}:ro" });
        await Fails($"{shared}/sub:/data", "for writing");
        await Fails("/etc:/data:ro", "Node:ContainerMounts has");
        await Fails($"{shared}/link:/data:ro", "Node:ContainerMounts has");
        await Fails($"{shared}/none:/data:ro", "does not exist");
        Assert.Equal(ExitCause.Succeeded, (await _harness.Run(Boxed(new ContainerRun { Image = "x", Mounts = [$"{shared}/sub:/data:ro"] }))).Cause);
        Assert.Contains(_tools.Calls, c => c.Contains($"--volume {shared}/sub:/data:ro", StringComparison.Ordinal));

        async Task Fails(string mount, string told)
        {
            var exit = await _harness.Run(Boxed(new ContainerRun { Image = "x", Mounts = [mount] }));
            Assert.Equal(ExitCause.StartFailed, exit.Cause);
            Assert.Contains(told, exit.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_variable_can_not_reach_the_engines_client()
    {
        await Begin();
        var assignment = _harness.Assign(Boxed(new ContainerRun { Image = "x" }) with { Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = "/evil.so", ["DOCKER_HOST"] = "/evil" }, Command = ["/bin/true"] });
        Assert.Equal(ExitCause.Succeeded, (await _harness.Run(assignment)).Cause);
        var run = _tools.Calls.Single(c => c.StartsWith("podman run", StringComparison.Ordinal));
        Assert.DoesNotContain("/evil", run, StringComparison.Ordinal);
        Assert.Contains("LD_PRELOAD=/evil.so", File.ReadAllText(Directory.GetFiles(_tools.State, "*.env").Single()), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(_harness.Data, "tasks", "default", "1"), "environment.*"));
    }

    [Fact]
    public async Task What_a_killed_node_left_is_removed_at_the_next_start()
    {
        var instance = ContainerRuns.InstanceOf(_harness.Options.EffectiveNodeDirectory);
        foreach (var name in new[] { $"granary-{instance}-default-9-9", "granary-other-default-9-9" }) File.WriteAllText(Path.Combine(_tools.State, name + ".pid"), "999999");
        await Begin();
        await AgentHarness.Eventually(() => _tools.Calls.Any(c => c == $"podman rm --force --time 0 granary-{instance}-default-9-9"), "it is removed");
        Assert.DoesNotContain(_tools.Calls, c => c.Contains("granary-other", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("down", "does not answer: Cannot connect to the daemon")]
    [InlineData("silent", "did not answer within")]
    public async Task An_engine_that_does_not_answer_is_not_offered(string mark, string told)
    {
        _tools.Mark(mark);
        var (engines, problems) = await ContainerEngine.Find("docker", _tools.SearchPath);
        Assert.Empty(engines);
        Assert.Contains(told, Assert.Single(problems), StringComparison.Ordinal);
        _tools.Unmark(mark);
        (engines, problems) = await ContainerEngine.Find("auto", _tools.SearchPath);
        Assert.Equal([("podman", "5.0.1"), ("docker", "5.0.1")], engines.Select(e => (e.Name, e.Version)));
        Assert.Empty(problems);
    }

    [Fact]
    public async Task An_engine_that_comes_up_is_told_of_and_one_that_is_gone_is_not_any_more()
    {
        _tools.Mark("down");
        await Begin(o => o with { LookEvery = TimeSpan.FromMilliseconds(100) });
        Assert.DoesNotContain("executor.container", _harness.Node.Joins[^1].Spec.Labels!.Keys);
        _tools.Unmark("down");
        await _harness.Node.Until(() => _harness.Node.Joins[^1].Spec.Labels!.ContainsKey("executor.podman"), "podman is told of");
        _tools.Mark("down");
        await _harness.Node.Until(() => !_harness.Node.Joins[^1].Spec.Labels!.ContainsKey("executor.container"), "no engine is told of");
    }

    private static TaskSpec Boxed(ContainerRun run) => AgentHarness.Spec("/bin/true") with { Terms = new TaskTerms { Action = new() { Container = run } } };

    private async Task Begin(Func<ExecutorOptions, ExecutorOptions>? options = null)
    {
        var executors = new ExecutorOptions { Containers = "auto", SearchPath = _tools.SearchPath };
        _harness.Options = _harness.Options with { Executors = options?.Invoke(executors) ?? executors };
        await _harness.StartAgent();
        if (!File.Exists(Path.Combine(_tools.State, "down"))) await _harness.Node.Until(() => _harness.Node.Joins[^1].Spec.Labels!.ContainsKey("executor.container"), "an engine is told of");
    }
}
