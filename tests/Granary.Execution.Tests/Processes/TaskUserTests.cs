using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>Tasks of another user than root: what they are, and what they may not do.</summary>
public sealed class TaskUserTests
{
    private static readonly Account Root = new("root", 0, 0, "/root");
    private static readonly Account Someone = new("someone", 1000, 1000, "/home/someone");

    [Theory]
    [InlineData("", true, "granary", "granary")] // the account made for it
    [InlineData("", true, "", "nobody")]
    [InlineData("", false, "granary", null)] // who is not root runs tasks as itself
    [InlineData("root", true, "granary", null)]
    [InlineData("0", true, "", null)]
    [InlineData("someone", true, "", "someone")]
    [InlineData("someone", false, "", null)]
    [InlineData("1000:7", true, "", "someone")]
    [InlineData("4242", true, "", "4242")]
    public void The_setting_says_as_whom(string setting, bool root, string account, string? expected)
    {
        var user = TaskUser.Choose(setting, root, root ? Root : Someone, name => Find(name, account));

        Assert.Equal(expected, user?.Name);
        Assert.NotEqual(0u, user?.UserId);
        if (setting.EndsWith(":7", StringComparison.Ordinal)) Assert.Equal(7u, user?.GroupId);
    }

    [Theory]
    [InlineData("nobdy", true, "there is no user 'nobdy'")]
    [InlineData("someone:staff", true, "'staff' is not the number of a group")]
    [InlineData("root", false, "only root can run tasks as root, and this process runs as someone")]
    [InlineData("4294967295", true, "there is no user")] // means "leave as it is" to the kernel
    public void A_setting_that_cannot_be_is_refused(string setting, bool root, string part)
    {
        var error = Assert.Throws<GranaryException>(() => TaskUser.Choose(setting, root, root ? Root : Someone, name => Find(name, "")));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_is_wholly_that_user_and_has_no_way_back()
    {
        await using var harness = await Started();

        var status = await Output(harness, "cat /proc/self/status");

        var user = harness.Options.RunAs!;
        Assert.Equal(string.Join('\t', Enumerable.Repeat(user.UserId, 4)), Field(status, "Uid:"));
        var groups = Field(status, "Gid:").Split('\t').Distinct().ToArray();
        Assert.Single(groups);
        Assert.NotEqual("0", groups[0]);
        Assert.Equal($"{user.GroupId}", Field(status, "Groups:").Trim());
        foreach (var set in new[] { "CapInh:", "CapPrm:", "CapEff:", "CapAmb:" }) Assert.Equal("0000000000000000", Field(status, set));
        Assert.Equal("1", Field(status, "NoNewPrivs:"));
    }

    [Fact]
    public async Task New_privileges_are_a_setting()
    {
        await using var harness = await Started(o => o with { AllowNewPrivileges = true });

        Assert.Equal("0", Field(await Output(harness, "cat /proc/self/status"), "NoNewPrivs:"));
    }

    [Fact]
    public async Task It_writes_its_output_its_working_directory_and_its_checkpoint()
    {
        await using var harness = await Started();

        var output = await Output(harness, """
            echo one > file && mkdir folder && cat file && echo saved > "$GRANARY_CHECKPOINT_DIR/c" && cat "$GRANARY_CHECKPOINT_DIR/c" \
              && test "$(pwd)" = "$PWD" && test -w "$HOME" && echo again >> /dev/stdout
            """);

        Assert.Equal("one\nsaved\nagain\n", output);
    }

    [Fact]
    public async Task It_reads_nothing_else_of_the_data_directory_nor_of_other_tasks()
    {
        var harness = new AgentHarness();
        harness.Options = harness.Options with { RunAs = User() };
        File.WriteAllText(Path.Combine(harness.Data, "token"), "secret");
        File.SetUnixFileMode(Path.Combine(harness.Data, "token"), (UnixFileMode)0x1a4); // as if somebody had loosened it
        File.WriteAllText(Path.Combine(harness.Data, "granary.json"), "secret");
        Directory.CreateDirectory(Path.Combine(harness.Data, "logs"));
        File.WriteAllText(Path.Combine(harness.Data, "logs", "server.log"), "secret");
        File.SetUnixFileMode(harness.Data, (UnixFileMode)0x1c0);
        await harness.StartAgent();
        await using var _ = harness;
        var other = harness.Assign(AgentHarness.Script("echo secret > file; echo secret > ../checkpoint/c; echo secret; sleep 60"));
        harness.Node.Start(other);
        await harness.Node.Report(other.Lease, ReportKind.Started);
        await AgentHarness.Eventually(() => harness.HasOutput(other.Lease, "secret"), "the other task writes");

        var folder = $"{harness.Data}/tasks/default/{other.Lease.Task.Number}";
        string[] closed =
        [
            $"{harness.Data}/token", $"{harness.Data}/granary.json", $"{harness.Data}/logs/server.log", $"{harness.Data}/nodes/n1/shim.log",
            $"{folder}/stdout", $"{folder}/work/file", $"{folder}/checkpoint/c",
        ];
        Assert.All(closed, file => Assert.True(File.Exists(file), file));
        var script = string.Join('\n', closed.Select(f => $"cat {f} 2> /dev/null && echo READ {f}"))
            + $"\nls {harness.Data} {harness.Data}/tasks {folder} 2> /dev/null && echo LISTED"
            + $"\nfor p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ 2> /dev/null | grep -q '^GRANARY_TASK={other.Lease.Task}$' && echo LOOKED $p; done"
            + $"\nrm -f {folder}/stdout ../stdout 2> /dev/null; ls ../.. 2> /dev/null; echo done";

        var output = await Output(harness, script);

        Assert.Equal("done\n", output);
        Assert.True(File.Exists(folder + "/stdout"));
    }

    [Fact]
    public async Task A_memory_limit_holds_for_it_and_its_group_is_not_its_to_change()
    {
        Cgroups.Require();
        await using var harness = await Started();
        var spec = AgentHarness.Script("""
            g=$(grep -m1 -E 'memory|^0::' /proc/self/cgroup | cut -d: -f3); echo "$g"
            for f in $(find /sys/fs/cgroup -path "*$g/*" -type f 2> /dev/null); do test -w "$f" && echo "writable $f"; done; ls /proc/self/fd | tr '\n' ' '
            """) with { Resources = new() { CpuMilli = 100, MemoryMiB = 64 } };
        var task = harness.Assign(spec);

        var exit = await harness.Run(task);

        var output = harness.Output(task.Lease);
        Assert.Equal((ExitCause.Succeeded, ""), (exit.Cause, harness.Output(task.Lease, "stderr")));
        Assert.Contains($"default-{task.Lease.Task.Number}-", output, StringComparison.Ordinal);
        Assert.DoesNotContain("writable", output, StringComparison.Ordinal);
        Assert.EndsWith("0 1 2 3 ", output, StringComparison.Ordinal); // 3 is ls's own
    }

    [Theory]
    [InlineData("program")]
    [InlineData("directory")]
    public async Task What_the_user_may_not_use_is_said(string what)
    {
        await using var harness = await Started();
        var closed = Path.Combine(harness.Data, "closed");
        Directory.CreateDirectory(closed, (UnixFileMode)0x1c0);
        var program = Path.Combine(closed, "p");
        File.Copy("/bin/true", program);
        File.SetUnixFileMode(program, (UnixFileMode)0x1ed);
        var spec = what == "program" ? AgentHarness.Spec(program) : AgentHarness.Spec("true") with { WorkingDirectory = closed };

        var exit = await harness.Run(spec);

        Assert.Equal(ExitCause.StartFailed, exit.Cause);
        Assert.Contains(what == "program" ? "may not be run by user" : "cannot be entered by user", exit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_attempt_finds_its_checkpoint_and_the_supervisor_survives_its_agent()
    {
        await using var harness = await Started();
        var first = harness.Assign(AgentHarness.Script("echo kept > $GRANARY_CHECKPOINT_DIR/c; echo first"), number: 7);
        await harness.Run(first);
        var second = harness.Assign(AgentHarness.Script("cat $GRANARY_CHECKPOINT_DIR/c"), number: 7, attempt: 2);

        await harness.Run(second);

        Assert.Equal("kept\n", harness.Output(second.Lease));
        Assert.Equal("first\n", harness.Output(second.Lease, "stdout.1"));
    }

    private static Account? Find(string name, string dedicated) => name switch
    {
        "root" or "0" => Root,
        "someone" or "1000" => Someone,
        "nobody" => new("nobody", 65534, 65534, ""),
        TaskUser.OwnAccount when dedicated.Length > 0 => new(TaskUser.OwnAccount, 500, 500, ""),
        _ => null,
    };

    private static TaskUser User()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run tasks as another user");
        return TaskUser.Choose("nobody")!;
    }

    private static async Task<AgentHarness> Started(Func<NodeAgentOptions, NodeAgentOptions>? options = null)
    {
        var user = User();
        return await AgentHarness.Start(o => (options?.Invoke(o) ?? o) with { RunAs = user });
    }

    private static async Task<string> Output(AgentHarness harness, string script)
    {
        var task = harness.Assign(AgentHarness.Script(script));
        var exit = await harness.Run(task);
        Assert.True(exit.Cause == ExitCause.Succeeded, $"{exit.Cause} {exit.Message}\n{harness.Output(task.Lease)}{harness.Output(task.Lease, "stderr")}");
        return harness.Output(task.Lease);
    }

    private static string Field(string status, string name) =>
        status.Split('\n').Single(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
}
