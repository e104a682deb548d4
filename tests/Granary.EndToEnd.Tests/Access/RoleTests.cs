using System.Net;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Access;

/// <summary>A server behind TLS that asks everybody for a token: each role does what it may, by command line and REST, and no more.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task Each_role_does_what_it_may_and_is_refused_what_it_may_not()
    {
        await using var server = TestServer.Prepare("--tls-self-signed", "--no-node");
        server.Environment["GRANARY__Access__RequireToken"] = "true";
        await server.UpAsync();
        var @operator = await MakeAsync(server, "--role", "operator");
        var owner = await MakeAsync(server, "--role", "agent-owner", "--agent", "mine");
        var reader = await MakeAsync(server, "--role", "read-only", "--name", "wall-display", "--expires", "30d");
        var machine = await MakeAsync(server, "--role", "node");

        (await AsAsync(server, @operator, "submit", "--agent", "theirs", "--", "true")).Expect(0);
        (await AsAsync(server, @operator, "token", "list")).ExpectError(4, "operator", "admin");
        (await AsAsync(server, owner, "submit", "--agent", "mine", "--", "true")).Expect(0);
        (await AsAsync(server, owner, "submit", "--agent", "theirs", "--", "true")).ExpectError(4, "'theirs'");
        (await AsAsync(server, owner, "cancel", "default/1")).ExpectError(4, "default/1");
        Assert.Equal(["default/2"], (await AsAsync(server, owner, "tasks", "-o", "name")).Expect(0).Lines);
        (await AsAsync(server, owner, "cancel", "default/2")).Expect(0);
        (await AsAsync(server, owner, "agent", "set", "mine", "--weight", "9")).ExpectError(4, "agent-owner");
        Assert.Equal(2, (await AsAsync(server, reader, "tasks", "-o", "name")).Expect(0).Lines.Length);
        (await AsAsync(server, reader, "cancel", "default/1")).ExpectError(4, "read-only");
        (await AsAsync(server, machine, "tasks")).ExpectError(4, "node");

        // a machine joins with what is for machines, from a file
        var file = server.WriteFile("node-token", machine);
        var node = server.Start("node", "--join", server.Gateway, "--name", "joined", "--capacity", "cpu=1,memory=64Mi", "--token-file", file, "--data", Path.Combine(server.Root, "node"));
        await using var admin = await server.ConnectAsync();
        await Until.TrueAsync(
            async () => (await admin.NodesAsync()).Any(n => n.Spec.Name == "joined" && n.State == NodeState.Ready), () => $"the node did not join:\n{node}");

        // and one whose token names others does not
        var bound = server.WriteFile("bound-token", await MakeAsync(server, "--role", "node", "--node", "gpu-*", "--node", "spare"));
        (await server.RunAsync("node", "--join", server.Gateway, "--name", "cpu-1", "--token-file", bound, "--data", Path.Combine(server.Root, "cpu-1"))).ExpectLastError(4, "cpu-1", "gpu-*, spare");
        var gpu = server.Start("node", "--join", server.Gateway, "--name", "gpu-7", "--capacity", "cpu=1,memory=64Mi", "--token-file", bound, "--data", Path.Combine(server.Root, "gpu-7"));
        await Until.TrueAsync(
            async () => (await admin.NodesAsync()).Any(n => n.Spec.Name == "gpu-7" && n.State == NodeState.Ready), () => $"the node did not join:\n{gpu}");

        using var http = Known.Http(server, reader);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("api/tasks")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.DeleteAsync("api/tasks/default%2F1")).StatusCode);
        using var nobody = Known.Http(server, null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("api/tasks")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("health/live")).StatusCode);
    }

    [Fact]
    public async Task A_rotated_secret_and_a_revoked_token_open_nothing_at_once_and_the_list_shows_no_secret()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var first = await MakeAsync(server, "--role", "read-only");
        await using var connected = await GranaryClient.ConnectAsync(new GranaryClientOptions { Server = server.Gateway, Token = first, RetryFor = TimeSpan.Zero });
        Assert.NotEmpty(await connected.PoolsAsync());
        var second = (await server.RunAsync("token", "rotate", "t1")).Expect(0).Lines.Single();
        // who came in by the old secret is out, and nobody comes in by it
        Assert.Equal(ErrorCode.Refused, (await Assert.ThrowsAsync<GranaryException>(() => connected.PoolsAsync())).Code);
        (await AsAsync(server, first, "tasks")).ExpectError(4, "token");
        (await AsAsync(server, second, "tasks")).Expect(0);
        var listed = (await server.RunAsync("token", "list", "-o", "json")).Expect(0).Output;
        Assert.Contains("\"t1\"", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("granary_", listed, StringComparison.Ordinal);
        (await server.RunAsync("token", "revoke", "t1")).Expect(0);
        (await AsAsync(server, second, "tasks")).ExpectError(4, "token");
        (await server.RunAsync("token", "revoke", "t1")).ExpectError(5, "t1");

        // tokens outlive the server
        var kept = await MakeAsync(server, "--role", "read-only");
        await server.KillAsync();
        await server.UpAsync();
        (await AsAsync(server, kept, "tasks")).Expect(0);
    }

    [Fact]
    public async Task Beyond_loopback_a_server_needs_a_certificate()
    {
        await using var server = TestServer.Prepare();
        (await server.RunAsync("up", "--listen", "0.0.0.0", "--no-node")).ExpectError(4, "0.0.0.0", "--tls-certificate", "--tls-self-signed");
        (await server.RunAsync("up", "--tls-certificate", Path.Combine(server.Root, "no.pem"), "--no-node")).ExpectError(2, "no.pem");
    }

    private static async Task<string> MakeAsync(TestServer server, params string[] options) =>
        Assert.Single((await server.RunAsync(["token", "create", .. options])).Expect(0).Lines);

    private static Task<CliResult> AsAsync(TestServer server, string token, params string[] arguments) =>
        GranaryProgram.RunAsync(server.Data, ["--server", server.Gateway, .. arguments], new Dictionary<string, string> { ["GRANARY_TOKEN"] = token });
}
