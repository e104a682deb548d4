using System.Text.RegularExpressions;

namespace Granary.Rest.Tests.Hostile;

/// <summary>What a browser is told with every reply.</summary>
public sealed partial class HeaderTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api/pools")]
    [InlineData("/api/tasks/nothing/at/all")]
    [InlineData("/api/tasks/x%20y")]
    [InlineData("/metrics")]
    [InlineData("/health/live")]
    [InlineData("/openapi/v1.json")]
    public async Task Every_reply_says_what_a_browser_may_do_with_it(string path)
    {
        await using var server = await RestServer.Start();

        using var reply = await server.Get(path);

        string Header(string name) => reply.Headers.TryGetValues(name, out var values) ? values.Single() : $"no {name}";
        var policy = Header("Content-Security-Policy");
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("DENY", Header("X-Frame-Options"));
        Assert.False(reply.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Pages_of_the_host_load_only_from_here()
    {
        await using var server = await RestServer.Start(new RestOptions { GuardedPaths = ["/orleans"], Token = "0123456789abcdef" });

        using var reply = await server.Get("/orleans/index.html");

        Assert.Equal(401, (int)reply.StatusCode);
        Assert.StartsWith("default-src 'self';", reply.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_asks_nobody_else_for_anything()
    {
        await using var server = await RestServer.Start();

        var html = await (await server.Get("/")).Content.ReadAsStringAsync();

        Assert.DoesNotMatch(Elsewhere(), html);
    }

    [GeneratedRegex("(src|href|action)\\s*=\\s*.?(//|[a-z]+:)|url\\(|@import|https?://|<script|<iframe| on[a-z]+=", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();
}
