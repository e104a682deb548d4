using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.Cluster.Tests.Tls;

/// <summary>One server behind TLS, and who finds it by what: the same on either host, to the word.</summary>
public sealed class TrustTests
{
    [Fact]
    public async Task Who_knows_the_server_gets_in_and_who_does_not_is_told_in_one_line()
    {
        await using var server = TestServer.Prepare("--no-node");
        using var ours = new TestAuthority(server.Root, "ours");
        using var other = new TestAuthority(server.Root, "other");
        foreach (var (name, value) in ours.For("127.0.0.1")) server.Environment[name] = value;
        await server.UpAsync();

        (await KnockAsync(server, "tls", "--ca", ours.File)).Expect(0);
        (await KnockAsync(server, "tls", "--ca", other.File)).ExpectError(3, server.Gateway, "cannot be trusted", "certificate");
        (await KnockAsync(server, "tls")).ExpectError(3, server.Gateway, "cannot be trusted", "certificate");
        (await KnockAsync(server, "tls", "--fingerprint", new string('0', 64))).ExpectError(3, server.Gateway, "cannot be trusted", "certificate");
        (await KnockAsync(server, "tls", "--fingerprint", "12ab")).ExpectError(2, "12ab", "fingerprint");
        (await KnockAsync(server, "tcp")).ExpectError(3, server.Gateway, "no server answers");

        // on the server's own machine its record says what it is known by
        (await server.RunAsync("pools")).Expect(0);

        // a machine joins by the same rules
        var node = server.Start("node", "--join", $"tls://{server.Gateway}", "--ca", ours.File, "--name", "joined", "--capacity", "cpu=1,memory=64Mi",
            "--token-file", Path.Combine(server.Data, "token"), "--data", Path.Combine(server.Root, "node"));
        await using var client = await server.ConnectAsync();
        await Until.TrueAsync(
            async () => (await client.NodesAsync()).Any(n => n.Spec.Name == "joined" && n.State == NodeState.Ready), () => $"the node did not join:\n{node}");
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_taken()
    {
        await using var server = TestServer.Prepare("--no-node");
        using var ours = new TestAuthority(server.Root, "ours");
        foreach (var (name, value) in ours.For("elsewhere.example")) server.Environment[name] = value;
        await server.UpAsync();
        (await KnockAsync(server, "tls", "--ca", ours.File)).ExpectError(3, server.Gateway, "cannot be trusted", "certificate");
    }

    [Fact]
    public async Task A_client_that_wants_TLS_of_a_server_without_says_nothing_to_it()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        (await KnockAsync(server, "tls", "--fingerprint", new string('0', 64))).ExpectError(3, server.Gateway);
        (await KnockAsync(server, "tcp")).Expect(0);
    }

    [Fact]
    public async Task Wrong_tokens_are_counted_by_the_address_that_shows_them()
    {
        await using var server = TestServer.Prepare("--no-node");
        server.Environment["GRANARY__Access__FailedAttempts"] = "3";
        server.Environment["GRANARY__Access__OneMoreEvery"] = "00:10:00";
        await server.UpAsync();
        (await KnockAsync(server, "tcp")).Expect(0); // known from this address
        for (var i = 0; i < 3; i++) (await GuessAsync(server)).ExpectError(4, "did not accept the token");
        (await GuessAsync(server)).ExpectError(3, "too many wrong tokens came from this address");
        (await KnockAsync(server, "tcp")).Expect(0); // whoever was here before is not locked out
        await Until.TrueAsync(() => server.Said.Contains("wrong tokens from 127.0.0.1", StringComparison.Ordinal), "the log does not say where they came from");
        Assert.DoesNotContain("guess", server.Said, StringComparison.Ordinal);
    }

    /// <summary>From a machine that knows nothing of the server but its token.</summary>
    private static Task<CliResult> KnockAsync(TestServer server, string scheme, params string[] options) => KnockAsync(server, scheme, server.Token, options);

    private static Task<CliResult> GuessAsync(TestServer server) => KnockAsync(server, "tcp", "guess", []);

    private static Task<CliResult> KnockAsync(TestServer server, string scheme, string token, string[] options)
    {
        var elsewhere = Path.Combine(server.Root, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        return GranaryProgram.RunAsync(elsewhere, ["pools", "--server", $"{scheme}://{server.Gateway}", .. options], new Dictionary<string, string> { ["GRANARY_TOKEN"] = token });
    }
}
