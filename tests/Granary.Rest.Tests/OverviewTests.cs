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
}
