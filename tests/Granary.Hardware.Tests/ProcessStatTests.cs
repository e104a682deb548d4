namespace Granary.Hardware.Tests;

public sealed class ProcessStatTests
{
    private const string Rest = " S 1 42 43 0 -1 4194560 100 0 0 0 7 8 0 0 20 0 1 0 12345 1000000 250 18446744073709551615";

    [Theory]
    [InlineData("(sh)")]
    [InlineData("(a b)")]
    [InlineData("(evil) R 9 9 (x)")]
    [InlineData("()")]
    public void Fields_begin_after_the_last_parenthesis(string name)
    {
        Assert.True(ProcessStat.TryParse($"41 {name}{Rest}", out var stat));

        Assert.Equal(new ProcessStat(41, 'S', 1, 42, 43, 12345, 250, 15), stat);
    }

    [Theory]
    [InlineData("")]
    [InlineData("41")]
    [InlineData("41 (sh")]
    [InlineData("41 (sh)")]
    [InlineData("41 (sh) S 1 2 3")]
    [InlineData("x (sh) S 1")]
    public void What_is_cut_short_is_not_understood(string text) => Assert.False(ProcessStat.TryParse(text, out _));

    [Fact]
    public void This_process_is_found_and_one_that_is_gone_is_not()
    {
        Assert.True(ProcessStat.TryRead(SystemRoot.Machine, Environment.ProcessId, out var own));
        Assert.Equal(Environment.ProcessId, own.Pid);
        Assert.True(own is { StartTicks: > 0, ResidentPages: > 0 });
        Assert.False(ProcessStat.TryRead(SystemRoot.Machine, int.MaxValue, out _));
    }
}
