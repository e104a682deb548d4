using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Granary.EndToEnd.Tests.Support;

namespace Granary.Cluster.Tests.Dashboard;

public sealed class DashboardTests
{
    [Theory]
    [InlineData("orleans/")]
    [InlineData("orleans/ClusterStats")]
    public async Task Is_shown_to_who_has_the_token(string path)
    {
        await using var server = TestServer.Prepare("--no-node");
        server.Environment["GRANARY__Cluster__Dashboard"] = "true";
        await server.UpAsync();
        using var http = new HttpClient { BaseAddress = server.Http };
        var refused = await http.GetAsync(path);
        Assert.Equal((HttpStatusCode.Unauthorized, "Basic"), (refused.StatusCode, Assert.Single(refused.Headers.WwwAuthenticate).Scheme));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"operator:{server.Token}")));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Is_not_there_unless_it_was_asked_for()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        using var http = new HttpClient { BaseAddress = server.Http };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("orleans/")).StatusCode);
    }
}
