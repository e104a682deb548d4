using System.Net;
using System.Net.Sockets;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>What keeps a server from starting, and callers from being let in.</summary>
public sealed class StartUpTests
{
    [Theory]
    [InlineData("--gateway-port")]
    [InlineData("--http-port")]
    public async Task APortInUseIsTold(string option)
    {
        await using var server = TestServer.Prepare("--no-node");
        using var taken = new TcpListener(IPAddress.Loopback, option == "--gateway-port" ? server.GatewayPort : server.HttpPort);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (await server.RunAsync([.. server.UpArguments])).ExpectError(4, $"{port}", "in use", option);
        (await server.RunAsync([.. server.UpArguments, "--detach"])).ExpectError(4, $"{port}", "in use", option);
        taken.Stop();
        await server.UpAsync(); // nothing half-started was left behind
    }

    [Fact]
    public async Task ASecondServerOnTheSameDataIsRefused_NamingTheFirst()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        (await server.RunAsync("up", "--data", server.Data, "--gateway-port", "0", "--http-port", "0"))
            .ExpectError(4, server.Data, $"process id {server.ProcessId}");
        (await server.RunAsync("status")).Expect(0);
    }

    [Fact]
    public async Task AWrongTokenIsRefused()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var wrong = new Dictionary<string, string> { ["GRANARY_TOKEN"] = "0123456789abcdef" };
        (await GranaryProgram.RunAsync(server.Data, ["tasks"], wrong)).ExpectError(4, "token");
        (await GranaryProgram.RunAsync(server.Data, ["node", "--join", server.Gateway, "--name", "n"], wrong)).ExpectError(4, "token");
        (await server.RunAsync("tasks")).Expect(0);
    }

    [Fact]
    public async Task SettingsThatMakeNoSenseAreTold()
    {
        await using var server = TestServer.Prepare();
        foreach (var (name, value, part) in new[]
                 {
                     ("GRANARY__Grains__LostAfter", "soon", "LostAfter"),
                     ("GRANARY__Grains__LostAfter", "-00:00:01", "LostAfter"),
                     ("GRANARY__Grains__LstAfter", "00:00:10", "LstAfter"),
                     ("GRANARY__Server__LogLevel", "Loud", "Loud"),
                     ("GRANARY__Server__Listen", "nowhere", "nowhere"),
                     ("GRANARY__Gateway__LargeRequestShare", "2", "LargeRequestShare"),
                     ("GRANARY__Gateway__MaxConnections", "0", "MaxConnections"),
                     ("GRANARY__Gateway__MaxConections", "5", "MaxConections"),
                 })
            (await GranaryProgram.RunAsync(server.Data, [.. server.UpArguments], new Dictionary<string, string> { [name] = value })).ExpectError(2, part);
        await File.WriteAllTextAsync(Path.Combine(server.Data, "granary.json"), "{ \"Grains\": ");
        (await server.RunAsync([.. server.UpArguments])).ExpectError(2, "granary.json");
    }

    [Fact]
    public async Task ADataDirectoryThatIsAFileOrADamagedDatabaseIsTold()
    {
        await using var server = TestServer.Prepare("--no-node");
        var file = server.WriteFile("file", "");
        (await server.RunAsync("up", "--data", file, "--gateway-port", "0", "--http-port", "0")).ExpectError(4, file);
        await File.WriteAllBytesAsync(Path.Combine(server.Data, "granary.db"), [.. Enumerable.Repeat((byte)'x', 8192)]);
        var damaged = await server.RunAsync([.. server.UpArguments]);
        Assert.NotEqual(0, damaged.ExitCode);
        Assert.Single(damaged.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("granary.db", damaged.Error, StringComparison.Ordinal);
    }
}
