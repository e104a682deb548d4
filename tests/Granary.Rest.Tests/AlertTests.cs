using System.Net;
using System.Net.Http.Json;

namespace Granary.Rest.Tests;

public sealed class AlertTests
{
    [Fact]
    public async Task What_fires_is_listed_by_level_and_with_what_has_ended()
    {
        await using var server = await RestServer.Start();
        var all = (await server.Get("/api/alerts").Json()).AsArray();
        Assert.Equal([("c1", "critical", "firing"), ("w1", "warning", "firing")], all.Select(a => ((string)a!["id"]!, (string)a["level"]!, (string)a["state"]!)));
        Assert.Equal("n1", (string)all[0]!["labels"]!["node"]!);
        Assert.Single((await server.Get("/api/alerts?level=error").Json()).AsArray());
        Assert.Equal("ended", (string)(await server.Get("/api/alerts?ended=true").Json()).AsArray()[2]!["state"]!);
        Assert.Equal(0.85, (double)(await server.Get("/api/alerts/rules").Json())[0]!["warning"]!);
        Assert.Equal(3, (int)(await server.Get("/api/alerts/advice").Json())[0]!["change"]!);
    }

    [Fact]
    public async Task An_alert_is_taken_on_and_a_silence_made_and_ended()
    {
        await using var server = await RestServer.Start();
        using var taken = await server.Client.PostAsJsonAsync("/api/alerts/c1/acknowledge", new { by = "ann", comment = "looking" });
        Assert.Contains("\"acknowledged_by\":\"ann\"", await taken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var made = await server.Client.PostAsJsonAsync("/api/silences", new Dictionary<string, object> { ["matchers"] = new { rule = "disk-*" }, ["for"] = "2h", ["by"] = "ann" });
        Assert.Equal((HttpStatusCode.Created, "/api/silences/s1"), (made.StatusCode, made.Headers.Location?.ToString()));
        var silence = (await server.Get("/api/silences").Json())[0]!;
        Assert.Equal(("s1", "disk-*", "ann"), ((string)silence["id"]!, (string)silence["matchers"]!["rule"]!, (string)silence["by"]!));
        using var ended = await server.Client.DeleteAsync("/api/silences/s1");
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Empty((await server.Get("/api/silences").Json()).AsArray());
    }

    [Theory]
    [InlineData("GET", "/api/alerts?level=loud", "", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/alerts?lvl=error", "", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/alerts/nope/acknowledge", """{"by":"ann"}""", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/alerts/c1/acknowledge", """{"bye":"ann"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/silences", """{"matchers":{"rule":"x"}}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/silences", """{"for":"2h"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/silences", """{"matchers":{"rule":"x"},"for":"soon"}""", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "/api/silences/s9", "", HttpStatusCode.NotFound)]
    public async Task What_is_wrong_is_said(string method, string path, string body, HttpStatusCode status)
    {
        await using var server = await RestServer.Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var reply = await server.Client.SendAsync(request);
        Assert.True(reply.StatusCode == status, $"{(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync()}");
    }
}
