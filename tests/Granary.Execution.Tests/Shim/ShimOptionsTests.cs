using Granary.Execution.Shim;

namespace Granary.Execution.Tests.Shim;

public sealed class ShimOptionsTests
{
    [Fact]
    public void Options_survive_the_command_line()
    {
        var options = new ShimOptions { Directory = "/a b", IdleTimeout = TimeSpan.FromMilliseconds(1234), Cgroups = false, PinWholeCores = false };

        Assert.Equal(options, ShimOptions.Parse(options.ToArguments()));
        Assert.Equal(new ShimOptions { Directory = "/d" }, ShimOptions.Parse(["--dir", "/d"]));
    }

    [Theory]
    [InlineData("", "shim: --dir DIR is missing")]
    [InlineData("--dir", "shim: '--dir' is not understood")]
    [InlineData("--dir /d --idle-ms soon", "shim: '--idle-ms' is not understood")]
    [InlineData("--dir /d extra", "shim: 'extra' is not understood")]
    public void What_is_wrong_is_said(string line, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => ShimOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }
}
