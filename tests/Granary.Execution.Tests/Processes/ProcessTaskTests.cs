using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>Real processes through agent and shim.</summary>
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
    public async Task Arguments_reach_the_program_as_they_are()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("printf", "%s|", "$HOME", "a b", "*", "`id`", "\"'", "");

        var exit = await harness.Run(task);

        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        Assert.Equal("$HOME|a b|*|`id`|\"'||", harness.Output(task.Lease));
    }
}
