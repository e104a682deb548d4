using System.Net;
using System.Net.Http.Headers;
using Granary.Rest.Access;

namespace Granary.Rest.Tests;

public sealed class AccessTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string Task = """{"agent":"a","command":["true"]}""";

    [Theory]
    [InlineData("/api/tasks")]
    [InlineData("/api/pools")]
    [InlineData("/api/events")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/")]
    [InlineData("/nothing/here")]
    public async Task Beyond_loopback_every_call_needs_the_token(string path)
    {
        await using var server = await RestServer.Start(new() { RequireToken = true, Token = Token });
        foreach (var authorization in new[] { "", "Bearer", "Bearer ", "Bearer wrong", $"Bearer {Token}x", $"Bearer {Token[..^1]}", $"Basic {Token}", Token })
        {
            var reply = await server.Send(HttpMethod.Get, path, null, ("Authorization", authorization));
            Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
            Assert.Equal("Bearer", Assert.Single(reply.Headers.WwwAuthenticate).Scheme);
            Assert.DoesNotContain(Token, await reply.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    public async Task With_the_token_calls_are_answered_under_any_name(string scheme)
    {
        await using var server = await RestServer.Start(new() { RequireToken = true, Token = Token });
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, Token);
        await server.Send(HttpMethod.Get, "/api/tasks", null, ("Host", "granary.example.org")).Json();
        await server.Post(Task).Json(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_needs_no_token(string path) =>
        await (await RestServer.Start(new() { RequireToken = true, Token = Token })).Get(path).Json();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Guarded_pages_ask_a_browser_for_the_token_everywhere(bool beyondLoopback)
    {
        await using var server = await RestServer.Start(new() { RequireToken = beyondLoopback, Token = Token, GuardedPaths = ["/api/pools"] });
        foreach (var authorization in new[] { "", "Basic", "Basic !", $"Basic {Base64("me:")}", $"Basic {Base64("me:wrong")}", $"Basic {Base64(Token + ":")}", "Bearer wrong" })
        {
            var reply = await server.Send(HttpMethod.Get, "/api/pools", null, ("Authorization", authorization));
            Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
            Assert.Equal("Basic", Assert.Single(reply.Headers.WwwAuthenticate).Scheme);
        }
        foreach (var authorization in new[] { $"Basic {Base64("me:" + Token)}", $"basic {Base64(":" + Token)}", $"Bearer {Token}" })
            await server.Send(HttpMethod.Get, "/api/pools", null, ("Authorization", authorization)).Json();
        // what a browser remembers for those pages opens no others
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Send(HttpMethod.Get, "/api/tasks", null, ("Authorization", $"Basic {Base64("me:" + Token)}"))).StatusCode);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task On_loopback_no_token_is_needed_but_a_wrong_one_is_told()
    {
        await using var server = await RestServer.Start(new() { Token = Token });
        await server.Get("/api/pools").Json();
        await server.Send(HttpMethod.Get, "/api/pools", null, ("Authorization", $"Bearer {Token}")).Json();
        Assert.Contains("not this server's", await server.Send(HttpMethod.Get, "/api/pools", null, ("Authorization", "Bearer other")).Problem(401));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:8080", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1:9", true)]
    [InlineData("[::1]:9", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example:80", false)]
    [InlineData("127.0.0.2", false)]
    public async Task On_loopback_only_its_own_names_are_answered(string host, bool answered)
    {
        await using var server = await RestServer.Start(socket: true);
        var call = server.Send(HttpMethod.Get, "/api/pools", null, ("Host", host));
        if (answered) await call.Json();
        else Assert.Contains("answers only as localhost", await call.Problem(421));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "none", true)]
    [InlineData("Origin", "https://evil.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "http://localhost:81", false)]
    [InlineData("Origin", "https://localhost", false)]
    [InlineData("Origin", "http://localhost", true)]
    public async Task Pages_of_other_sites_change_nothing(string header, string value, bool allowed)
    {
        await using var server = await RestServer.Start();
        if (allowed) await server.Post(Task, (header, value)).Json(HttpStatusCode.Created);
        else Assert.Contains("may not change anything", await server.Post(Task, (header, value)).Problem(403));
        Assert.Equal(allowed, server.Cluster.Pools["default"].Tasks.Count == 1);
    }

    [Fact]
    public async Task No_other_site_may_read()
    {
        await using var server = await RestServer.Start();
        var reply = await server.Send(HttpMethod.Get, "/api/pools", null, ("Origin", "https://evil.example"));
        Assert.DoesNotContain(reply.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Bearer abc", "abc")]
    [InlineData("bearer  abc ", "abc")]
    [InlineData("Basic abc", "")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_token_is_read_from_the_header(string? header, string? expected) => Assert.Equal(expected, BearerToken.Given(header));

    [Fact]
    public void Wrong_options_are_refused()
    {
        Assert.Contains("at least 16", Refused(new() { RequireToken = true, Token = "short" }));
        Assert.Contains("LoopbackHosts", Refused(new() { LoopbackHosts = [] }));
        Assert.Contains("BodyLimitBytes", Refused(new() { BodyLimitBytes = 0 }));
        Assert.Contains("KeepAlive", Refused(new() { KeepAlive = TimeSpan.Zero }));
        Assert.Contains("MetricAgents", Refused(new() { MetricAgents = -1 }));
        Assert.Contains("SnapshotMaxAge", Refused(new() { SnapshotMaxAge = TimeSpan.FromSeconds(-1) }));

        static string Refused(RestOptions options) => Assert.Throws<ArgumentException>(options.Validate).Message;
    }
}
