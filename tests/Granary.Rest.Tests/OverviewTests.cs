using Granary.Model;
using Granary.Rest.Overview;

namespace Granary.Rest.Tests;

public sealed class OverviewTests
{
    [Fact]
    public async Task Page_shows_what_is_there_without_script()
    {
        await using var server = await RestServer.Start();
        var reply = await server.Get("/");
        var html = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, html);
        Assert.Equal("text/html", reply.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<td>default</td>", html);
        Assert.DoesNotContain("<script", html);
        Assert.Contains("default-src 'none'", reply.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public void What_people_named_is_encoded()
    {
        var share = new AgentShare { Agent = "<script>alert(1)</script>", Pool = "a&b", Spec = new() { Id = "x" } };
        var html = OverviewPage.Render(new(DateTimeOffset.UnixEpoch, [], [share], [], ["node <b>"]));
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<b>", html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html);
        Assert.Contains("a&amp;b", html);
    }

    [Fact]
    public void Long_tables_are_cut()
    {
        var nodes = Enumerable.Range(0, 250).Select(i => new NodeView { Spec = new() { Name = $"node-{i}" } }).ToList();
        var html = OverviewPage.Render(new(DateTimeOffset.UnixEpoch, [], [], nodes, []));
        Assert.Contains("node-99<", html);
        Assert.DoesNotContain("node-100<", html);
        Assert.Contains("and 150 more", html);
    }
}
