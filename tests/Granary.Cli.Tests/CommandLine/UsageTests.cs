using Granary.Cli.CommandLine;

namespace Granary.Cli.Tests.CommandLine;

/// <summary>What is mistyped is refused with exit code 2 and one line that says what would be right.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("tsks", "granary: unknown command 'tsks'; did you mean tasks?")]
    [InlineData("frobnicate", "granary: unknown command 'frobnicate'; 'granary --help' lists what there is")]
    [InlineData("", "granary: no command; 'granary --help' lists them, 'granary run FLEET.yaml' does the main job")]
    [InlineData("tasks --agnt x", "granary: unknown option --agnt (tasks); did you mean --agent?")]
    [InlineData("tasks --zzz", "granary: unknown option --zzz (tasks); see 'granary tasks --help'")]
    [InlineData("tasks extra", "granary: unexpected 'extra' (tasks); see 'granary tasks --help'")]
    [InlineData("tasks --state idle", "granary: --state is 'idle'; it can be queued, placed, running, succeeded, failed, cancelled, preempted, rejected, lost")]
    [InlineData("tasks --limit 0", "granary: --limit is '0'; it must be a whole number of at least 1")]
    [InlineData("tasks -o xml", "granary: -o is 'xml'; it can be table, wide, json, yaml, name")]
    [InlineData("agent st x", "granary: unknown command 'agent st'; did you mean set?")]
    [InlineData("agent set", "granary: agent set needs ID; see 'granary agent set --help'")]
    [InlineData("agent set x --weight 0", "granary: --weight is '0'; it must be over 0 and at most 1000000")]
    [InlineData("agent set x --limit cpu", "granary: --limit is 'cpu'; write NAME=AMOUNT, like cpu=2 or memory=512Mi")]
    [InlineData("wait", "granary: wait needs ID...; see 'granary wait --help'")]
    [InlineData("wait 1 --timeout 5", "granary: --timeout: '5' has no unit; write 5s for seconds, or one of 500ms, 30s, 5m, 2h or 1d")]
    [InlineData("submit -a x", "granary: no command; write it after --, like: granary submit --agent A -- sleep 1")]
    [InlineData("submit -a x ls -l", "granary: unknown option -l (submit); put -- before the task's own command")]
    [InlineData("submit -a x --cpu -1 -- ls", "granary: --cpu: cpu '-1' is negative; write zero or more, like 500m or 2")]
    [InlineData("submit -a x --count 0 -- ls", "granary: --count is '0'; it must be a whole number of at least 1")]
    [InlineData("submit -a x --label k -- ls", "granary: --label is 'k'; write NAME=VALUE")]
    [InlineData("submit -a x --handler noop -- ls", "granary: --handler runs in the node's agent and takes no command; leave one of the two out")]
    [InlineData("up --gateway-port 99999", "granary: --gateway-port is '99999'; a port is 1 to 65535, or 0 for any that is free")]
    public async Task Wrong_usage_is_one_line(string line, string error)
    {
        var result = await new Cli().Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.Code);
        Assert.Equal(error + "\n", result.Error);
        Assert.Equal("", result.Out);
    }

    [Fact]
    public async Task Help_lists_every_command_of_the_table()
    {
        var help = (await new Cli().Run("--help")).Out;
        foreach (var entry in CommandTable.All) Assert.Contains($"\n  {entry.Name} ", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_explains_itself()
    {
        foreach (var entry in CommandTable.All)
        {
            var result = await new Cli().Run(entry.Name, "--help");
            Assert.Equal(0, result.Code);
            Assert.Contains("Usage:", result.Out, StringComparison.Ordinal);
            Assert.Equal("", result.Error);
        }
    }

    [Fact]
    public async Task The_common_options_may_come_before_the_command()
    {
        var result = await new Cli().Run("-o", "json", "tasks");
        Assert.Equal((0, "[]\n"), (result.Code, result.Out));
    }
}
