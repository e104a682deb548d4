using System.Net;
using System.Text;
using Granary.Proxy.Tests.Support;
using Granary.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Granary.Proxy.Tests;

/// <summary>What of a request comes to the backend, and what of its answer to the caller.</summary>
public sealed class ForwardingTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static Task<WebBackend> EchoAsync() => WebBackend.StartAsync(async context =>
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = string.Join('\n', context.Request.Headers.Select(h => $"{h.Key}: {h.Value}"));
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()}\n{headers}\n\n{body}");
    });

    [Theory]
    [InlineData("/services/s", "/")]
    [InlineData("/services/s/", "/")]
    [InlineData("/services/s/a/b%20c?x=1&y=%2F", "/a/b%20c?x=1&y=%2F")]
    [InlineData("/services/s/a%2Fb/%C3%A4", "/a%2Fb/%C3%A4")]
    [InlineData("/services/s//host/x", "//host/x")]
    [InlineData("/services/s/@host:80/", "/@host:80/")]
    [InlineData("/SERVICES/s/up", "/up")]
    [InlineData("/services/s/services/s", "/services/s")]
    public async Task A_path_goes_on_as_it_is_behind_the_service(string asked, string seen)
    {
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        Assert.StartsWith($"GET {seen}\n", await proxy.Client.GetStringAsync(asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_of_the_backends_own_comes_first()
    {
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", new Uri(backend.Address, "/base/"));
        Assert.StartsWith("GET /base/x?q\n", await proxy.Client.GetStringAsync("/services/s/x?q"), StringComparison.Ordinal);
        Assert.StartsWith("GET /base/\n", await proxy.Client.GetStringAsync("/services/s"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Methods_and_bodies_go_on(string method)
    {
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        var text = new string('x', 100_000);
        var answer = await proxy.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/services/s/m") { Content = new StringContent(text) });
        var seen = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith($"{method} /m\n", seen, StringComparison.Ordinal);
        Assert.EndsWith($"\n\n{text}", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_token_stays_here_and_nobody_else_says_where_it_came_from()
    {
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync(rest: new RestOptions { RequireToken = true, Token = Token });
        await proxy.DeclareAsync("s", backend.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, (await proxy.Client.GetAsync("/services/s")).StatusCode);
        var request = new HttpRequestMessage(HttpMethod.Get, "/services/s/x");
        foreach (var (name, value) in new[] { ("Authorization", $"Bearer {Token}"), ("X-Backend-Authorization", "Basic eA=="), ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Host", "evil"), ("Forwarded", "for=evil"),
            ("X-Real-IP", "1.2.3.4"), ("Proxy-Authorization", "Basic eQ=="), ("X-Mine", "mine") })
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        var seen = await (await proxy.Client.SendAsync(request)).Content.ReadAsStringAsync();
        var lines = seen.Split('\n');
        Assert.DoesNotContain(Token, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("1.2.3.4", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("eQ==", seen, StringComparison.Ordinal);
        foreach (var line in new[] { "Authorization: Basic eA==", "X-Forwarded-For: 127.0.0.1", $"X-Forwarded-Host: {proxy.Address.Authority}", "X-Forwarded-Proto: http", "X-Forwarded-Prefix: /services/s", "X-Granary-Hops: 1", "X-Mine: mine", $"Host: {backend.Address.Authority}" })
            Assert.Contains(line, lines);
    }

    [Fact]
    public async Task What_is_only_for_one_connection_ends_with_it()
    {
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, proxy.Address.Port);
        await socket.SendAsync("GET /services/s HTTP/1.1\r\nHost: localhost\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: gzip\r\nX-Mine: 1\r\n\r\n"u8.ToArray());
        var seen = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        for (int read; !seen.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal) && (read = await socket.ReceiveAsync(buffer)) > 0;) seen.Append(Encoding.ASCII.GetString(buffer, 0, read));
        Assert.Contains("X-Mine: 1", seen.ToString(), StringComparison.Ordinal);
        foreach (var gone in new[] { "X-Hop:", "Keep-Alive: 5", "TE:" }) Assert.DoesNotContain(gone, seen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_asked_for_is_written_in_no_log()
    {
        var log = new Log();
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync(services: s => s.AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        await proxy.DeclareAsync("s", backend.Address, new Uri("http://127.0.0.1:1"));
        for (var i = 0; i < 4; i++) await proxy.Client.PostAsync("/services/s/x?key=s3cret", new StringContent("s3cret"));
        Assert.DoesNotContain("s3cret", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_keeps_to_the_services_path_and_to_this_servers_rules_for_browsers()
    {
        await using var backend = await WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            var headers = context.Response.Headers;
            headers.Location = context.Request.Path == "/own" ? $"http://{context.Request.Host}/there?q" : context.Request.Path == "/other" ? "http://example.org/x" : "/there";
            headers.SetCookie = new(["a=1; Path=/; Domain=example.org", "b=2; Path=/deep; HttpOnly", "=;;"]);
            headers["X-Own"] = "1";
            headers.CacheControl = "max-age=5";
            headers.ContentSecurityPolicy = "default-src *";
            headers.StrictTransportSecurity = "max-age=1";
            headers.AccessControlAllowOrigin = "*";
            headers["X-Frame-Options"] = "ALLOWALL";
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        var answer = await proxy.Client.GetAsync("/services/s/x");
        Assert.Equal(302, (int)answer.StatusCode);
        Assert.Equal("/services/s/there", answer.Headers.GetValues("Location").Single());
        Assert.Equal("/services/s/there?q", (await proxy.Client.GetAsync("/services/s/own")).Headers.GetValues("Location").Single());
        Assert.Equal("http://example.org/x", (await proxy.Client.GetAsync("/services/s/other")).Headers.GetValues("Location").Single());
        Assert.Equal(["a=1; path=/services/s", "b=2; path=/services/s/deep; httponly"], answer.Headers.GetValues("Set-Cookie"));
        Assert.Equal("1", answer.Headers.GetValues("X-Own").Single());
        Assert.Equal("max-age=5", answer.Headers.CacheControl!.ToString());
        Assert.StartsWith("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_error_of_the_backends_own_comes_as_it_is(int status)
    {
        await using var backend = await WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("mine");
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Attempts = 1 }, backend.Address);
        var answer = await proxy.Client.GetAsync("/services/s");
        Assert.Equal((status, "mine"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Large_bodies_have_the_services_bound_whether_or_not_they_say_how_long_they_are()
    {
        await using var backend = await EchoAsync();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { MaxBodyBytes = 1000 }, backend.Address);
        Assert.Equal(HttpStatusCode.OK, (await proxy.Client.PostAsync("/services/s", new StringContent(new string('x', 1000)))).StatusCode);
        var known = await proxy.Client.PostAsync("/services/s", new StringContent(new string('x', 1001)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, known.StatusCode);
        Assert.Equal(1, backend.Requests);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/services/s") { Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 200_000)))) };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await proxy.Client.SendAsync(chunked)).StatusCode);
        await proxy.AssertIdleAsync("s");
        // more than REST itself takes, where the service does
        await proxy.DeclareAsync(ProxyServer.Spec("s"), backend.Address);
        Assert.Equal(HttpStatusCode.OK, (await proxy.Client.PostAsync("/services/s", new StringContent(new string('x', 9_000_000)))).StatusCode);
    }
}
