using Granary.Client;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.CommandLine;

/// <summary><c>up</c> and <c>down</c>.</summary>
public sealed class UpDownTests
{
    [Fact]
    public async Task DownStopsAServerInTheForeground_WhichExitsWithZero()
    {
        await using var server = TestServer.Prepare();
        var up = server.Start([.. server.UpArguments]);
        await Until.TrueAsync(() => new LocalServer(server.Data).ReadAlive() is not null, "the server did not start");
        (await server.RunAsync("down")).Expect(0);
        (await up.ExitAsync()).Expect(0);
        Assert.False(File.Exists(Path.Combine(server.Data, "server.json")));
        Assert.Contains("no server", (await server.RunAsync("down")).Expect(0).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DetachReturnsWhenTheServerIsReady()
    {
        await using var server = TestServer.Prepare();
        (await server.RunAsync([.. server.UpArguments, "--detach"])).Expect(0);
        (await server.RunAsync("status")).Expect(0);
        (await server.RunAsync("down")).Expect(0);
        Assert.Null(new LocalServer(server.Data).ReadAlive());
    }

    [Theory]
    [InlineData(ProcessTable.Terminate)]
    [InlineData(ProcessTable.Interrupt)]
    public async Task StopsCleanlyOnASignal(int signal)
    {
        await using var server = TestServer.Prepare();
        var up = server.Start([.. server.UpArguments]);
        await Until.TrueAsync(() => new LocalServer(server.Data).ReadAlive() is not null, "the server did not start");
        up.Signal(signal);
        (await up.ExitAsync()).Expect(0);
        Assert.False(File.Exists(Path.Combine(server.Data, "server.json")));
    }

    [Fact]
    public async Task TheTokenIsForItsOwnerOnly()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(server.Data, "token")));
    }

    [Fact]
    public async Task ConfigTellsEachValueAndItsSource()
    {
        await using var server = TestServer.Prepare();
        await File.WriteAllTextAsync(Path.Combine(server.Data, "granary.json"), """{ "Grains": { "LostAfter": "00:00:42" } }""");
        var info = GranaryProgram.StartInfo(server.Data, ["config"]);
        info.Environment["GRANARY__Grains__SuspectAfter"] = "00:00:07";
        await using var process = CliProcess.Start(info);
        var result = (await process.ExitAsync()).Expect(0);
        Assert.Contains(result.Lines, l => l.Contains("LostAfter", StringComparison.Ordinal) && l.Contains("00:00:42", StringComparison.Ordinal) && l.Contains("granary.json", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.Contains("SuspectAfter", StringComparison.Ordinal) && l.Contains("00:00:07", StringComparison.Ordinal) && l.Contains("environment", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.Contains("LogLevel", StringComparison.Ordinal) && l.Contains("default", StringComparison.Ordinal));
    }
}
