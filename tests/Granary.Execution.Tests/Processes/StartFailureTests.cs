using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>What cannot be started ends at once, with one line that says why; the agent goes on.</summary>
public sealed class StartFailureTests
{
    [Theory]
    [InlineData("no-such-program-here", "no such program 'no-such-program-here' on PATH")]
    [InlineData("/no/such/program", "no such program '/no/such/program'")]
    [InlineData("/tmp", "'/tmp' is a directory, not a program")]
    [InlineData("/etc/passwd", "'/etc/passwd' is not executable: chmod +x it, or run it by its interpreter")]
    [InlineData("", "the command's first word is empty")]
    public async Task A_program_that_is_not_there(string program, string message)
    {
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Spec(program));

        Assert.Equal((ExitCause.StartFailed, message), (exit.Cause, exit.Message));
        Assert.Equal(ExitCause.Succeeded, (await harness.Run(AgentHarness.Spec("true"))).Cause);
    }

    [Theory]
    [InlineData("/no/such/directory", "working directory /no/such/directory does not exist")]
    [InlineData("/etc/passwd", "working directory /etc/passwd is a file")]
    [InlineData("here", "working directory here is not an absolute path")]
    public async Task A_working_directory_that_is_not_there(string directory, string message)
    {
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Spec("true") with { WorkingDirectory = directory });

        Assert.Equal((ExitCause.StartFailed, message), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task A_working_directory_that_cannot_be_written()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may write everywhere");
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Spec("true") with { WorkingDirectory = "/" });

        Assert.Equal((ExitCause.StartFailed, "working directory / cannot be written"), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_written()
    {
        await using var harness = await AgentHarness.Start();
        await File.WriteAllTextAsync(Path.Combine(harness.Data, "tasks"), "in the way");

        var exit = await harness.Run(AgentHarness.Spec("true"));

        Assert.Equal(ExitCause.StartFailed, exit.Cause);
        Assert.StartsWith($"the data directory {harness.Data}/tasks cannot be written", exit.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exit.Message);
    }

    [Fact]
    public async Task A_script_whose_interpreter_is_missing()
    {
        await using var harness = await AgentHarness.Start();
        var script = Script(harness, "lost", "#!/no/such/interpreter\n");

        var exit = await harness.Run(AgentHarness.Spec(script));

        Assert.Equal((ExitCause.StartFailed, $"'{script}' names an interpreter that is not here: look at its first line"), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task A_file_that_is_no_program()
    {
        await using var harness = await AgentHarness.Start();
        var script = Script(harness, "text", "no first line\n");

        var exit = await harness.Run(AgentHarness.Spec(script));

        Assert.Equal(ExitCause.StartFailed, exit.Cause);
        Assert.StartsWith($"'{script}' is not a program that this machine can run", exit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_that_are_too_long()
    {
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Spec(["true", .. Enumerable.Repeat(new string('x', 100_000), 60)]));

        Assert.Equal((ExitCause.StartFailed, "the arguments and environment are longer than the kernel takes"), (exit.Cause, exit.Message));
    }

    [Theory]
    [InlineData("a\0b", "", "", "the command contains a NUL character")]
    [InlineData("x", "A\0", "b", "'A?' is no name for an environment variable")]
    [InlineData("x", "A=B", "b", "'A=B' is no name for an environment variable")]
    [InlineData("x", "", "b", "'' is no name for an environment variable")]
    [InlineData("x", "A", "\0", "the environment variable A contains a NUL character")]
    public async Task What_cannot_be_passed_on_is_refused(string argument, string name, string value, string message)
    {
        await using var harness = await AgentHarness.Start();
        var environment = value.Length > 0 ? new Dictionary<string, string> { [name] = value } : null;

        var exit = await harness.Run(AgentHarness.Spec("true", argument) with { Environment = environment });

        Assert.Equal((ExitCause.StartFailed, message), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task A_pool_name_cannot_lead_out_of_the_data_directory()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("true");
        var elsewhere = task with { Lease = task.Lease with { Task = new("../..", 1) } };

        Assert.StartsWith("pool name '../..' is not valid", (await harness.Run(elsewhere)).Message, StringComparison.Ordinal);
        Assert.False((await harness.Node.Log(new(elsewhere.Lease.Task, false, 0, 10))).Found);
    }

    private static string Script(AgentHarness harness, string name, string text)
    {
        var path = Path.Combine(harness.Data, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
