using System.Diagnostics;

namespace Granary.Client.Tests;

public sealed class LocalServerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-test-").FullName;

    private LocalServer Server => new(_directory);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false, "/var/elsewhere", "/xdg", "/home/u", "/var/elsewhere")]
    [InlineData(true, null, "/xdg", "/root", "/var/lib/granary")]
    [InlineData(false, null, "/xdg", "/home/u", "/xdg/granary")]
    [InlineData(false, "", "", "/home/u", "/home/u/.local/state/granary")]
    [InlineData(false, null, "not/absolute", "/home/u", "/home/u/.local/state/granary")]
    public void The_data_directory_follows_the_surroundings(bool root, string? given, string? xdg, string? home, string expected) =>
        Assert.Equal(expected, LocalServer.DefaultDataDirectory(Variables(("GRANARY_DATA_DIR", given), ("XDG_STATE_HOME", xdg), ("HOME", home)), root));

    [Fact]
    public void A_record_is_read_back_and_taken_away_by_its_own_process_only()
    {
        Assert.Null(Server.Read());
        var record = new ServerRecord(Environment.ProcessId, "127.0.0.1:7411", "http://127.0.0.1:7410", "0.1.0", "Embedded");
        Server.Write(record);
        Assert.Equal(record, Server.Read());
        Assert.Contains("\"gateway\": \"127.0.0.1:7411\"", File.ReadAllText(Server.ServerFile), StringComparison.Ordinal);
        Server.Remove(record.Pid + 1);
        Assert.Equal(record, Server.Read());
        Server.Remove(record.Pid);
        Assert.Null(Server.Read());
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"pid\":1}")]
    [InlineData("{\"pid\":\"x\",\"gateway\":\"127.0.0.1:1\"}")]
    public void A_record_that_is_none_is_as_if_absent(string content)
    {
        File.WriteAllText(Server.ServerFile, content);
        Assert.Null(Server.Read());
        Assert.Null(Server.ReadAlive());
    }

    [Fact]
    public void Fields_of_later_versions_are_no_obstacle()
    {
        File.WriteAllText(Server.ServerFile, "{\"pid\":1,\"gateway\":\"h:1\",\"new\":{\"a\":[1]}}");
        Assert.Equal("h:1", Server.Read()!.Gateway);
    }

    [Fact]
    public void Whether_the_process_runs_is_known()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var alive = new ServerRecord(Environment.ProcessId, "h:1", "", "", "");
        Assert.True(LocalServer.IsAlive(alive));
        Assert.True(LocalServer.IsAlive(alive with { StartTicks = LocalServer.StartTicks(Environment.ProcessId) }));
        Assert.False(LocalServer.IsAlive(alive with { StartTicks = 1 }));
        Assert.False(LocalServer.IsAlive(alive with { Pid = 0 }));
        using var child = Process.Start("true");
        child.WaitForExit(30_000);
        Assert.False(LocalServer.IsAlive(alive with { Pid = child.Id }));
        Server.Write(alive with { Pid = child.Id });
        Assert.Null(Server.ReadAlive());
        Assert.NotNull(Server.Read());
    }

    [Fact]
    public void The_token_is_made_once_for_its_owner_only()
    {
        Assert.Null(Server.ReadToken());
        var token = Server.EnsureToken();
        Assert.Equal(64, token.Length);
        Assert.Equal(token, Server.EnsureToken());
        Assert.Equal(token, Server.ReadToken());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Server.TokenFile));
    }

    [Fact]
    public void A_server_is_found_by_option_then_variable_then_record_then_default()
    {
        var options = new GranaryClientOptions { DataDirectory = _directory };
        var nothing = FoundServer.Find(options, Variables());
        Assert.Equal(("127.0.0.1:7411", null, $"no server.json in {_directory}"), (nothing.Address, nothing.Token, nothing.Detail));

        Server.Write(new ServerRecord(int.MaxValue, "127.0.0.1:99", "", "", ""));
        var token = Server.EnsureToken();
        var recorded = FoundServer.Find(options, Variables());
        Assert.Equal(("127.0.0.1:99", token, $"process 2147483647 of {Server.ServerFile} is gone"), (recorded.Address, recorded.Token, recorded.Detail));

        var variable = FoundServer.Find(options, Variables(("GRANARY_SERVER", "localhost:98"), ("GRANARY_TOKEN", "t")));
        Assert.Equal(("localhost:98", "t"), (variable.Address, variable.Token));
        var given = FoundServer.Find(options with { Server = "localhost:97", Token = "u" }, Variables(("GRANARY_SERVER", "localhost:98"), ("GRANARY_TOKEN", "t")));
        Assert.Equal(("localhost:97", "u"), (given.Address, given.Token));
    }

    [Fact]
    public void The_local_token_is_shown_to_this_machine_only()
    {
        var token = Server.EnsureToken();
        var options = new GranaryClientOptions { DataDirectory = _directory };
        Assert.Equal(token, FoundServer.Find(options with { Server = "127.0.0.1:5" }, Variables()).Token);
        Assert.Null(FoundServer.Find(options with { Server = "10.1.1.1:5" }, Variables()).Token);
        Assert.Equal(token, FoundServer.Find(options with { Server = "127.0.0.1:5, localhost:6" }, Variables()).Token);
        Assert.Null(FoundServer.Find(options with { Server = "tls://127.0.0.1:5,10.1.1.1:5" }, Variables()).Token);
    }

    [Theory]
    [InlineData("127.0.0.1:5,10.1.1.1:5")]
    [InlineData("10.1.1.1:5,tcp://10.1.1.2:5")]
    [InlineData("tls://localhost:5,localhost:6")]
    public void Gateways_of_one_cluster_are_all_behind_TLS_or_none_is(string servers)
    {
        var e = Assert.Throws<Model.GranaryException>(() => FoundServer.Find(new GranaryClientOptions { DataDirectory = _directory, Server = servers }, Variables()));
        Assert.Equal(Model.ErrorCode.Invalid, e.Code);
        Assert.Contains("tls://", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        var e = Assert.Throws<Model.GranaryException>(() => new GranaryClient(FakeCluster.Create().Client, new GranaryClientOptions { WatchPoll = TimeSpan.FromHours(1) }));
        Assert.Contains(nameof(GranaryClientOptions.WatchPoll), e.Message, StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(v => v.Name == name).Value;
}
