using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Rest;

/// <summary>REST over a real server's port.</summary>
public sealed class RestSmokeTests(ServerFixture fixture) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = fixture.Server.Http, Timeout = Until.Patience };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task SubmitsListsExplainsAndReadsOutput()
    {
        var submitted = await SubmitAsync(new { agent = "rest", command = new[] { "sh", "-c", "echo hello" }, resources = new { cpu = "10m" }, count = 2 });
        Assert.Equal(2, submitted.GetProperty("count").GetInt32());
        var id = submitted.GetProperty("ids")[0].GetString()!;
        await EndedAsync(id);
        Assert.Equal("hello\n", await _http.GetStringAsync($"/api/tasks/{id}/logs"));
        var list = await JsonAsync("/api/tasks?agent=rest&state=succeeded");
        Assert.Contains(list.GetProperty("items").EnumerateArray(), t => t.GetProperty("id").GetString() == id);
        Assert.Equal(id, (await JsonAsync($"/api/tasks/{id}/explain")).GetProperty("task").GetProperty("id").GetString());
    }

    [Fact]
    public async Task CancelsAndTellsWhatCannotBe()
    {
        var id = (await SubmitAsync(new { agent = "rest", command = new[] { "sleep", "600" }, resources = new { cpu = "10m" }, kill_grace = "500ms" })).GetProperty("ids")[0].GetString();
        using var cancelled = await _http.DeleteAsync($"/api/tasks/{id}");
        Assert.True(cancelled.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{cancelled.StatusCode}");
        Assert.Equal("Cancelled", (await EndedAsync(id!)).GetProperty("state").GetString());
        using var unknown = await _http.GetAsync("/api/tasks/default/4711");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType?.MediaType);
        using var wrong = await _http.PostAsJsonAsync("/api/tasks", new { agent = "rest", command = new[] { "true" }, cpus = 3 });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("cpus", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepeatsUnderAnIdempotencyKeyAreTheSame()
    {
        var numbers = new List<long>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tasks") { Content = JsonContent.Create(new { agent = "rest", command = new[] { "true" }, resources = new { cpu = "10m" } }) };
            request.Headers.Add("Idempotency-Key", "once");
            using var reply = await _http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
            numbers.Add((await reply.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("first").GetInt64());
        }
        Assert.Equal(numbers[0], numbers[1]);
    }

    [Fact]
    public async Task StreamsEvents()
    {
        using var limit = new CancellationTokenSource(Until.Patience);
        using var response = await _http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        string? id = null;
        while (await lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == "event: hello")
                id = (await SubmitAsync(new { agent = "events", command = new[] { "true" }, resources = new { cpu = "10m" } })).GetProperty("ids")[0].GetString();
            if (id is not null && line.Contains($"\"{id}\"", StringComparison.Ordinal) && line.Contains("\"Succeeded\"", StringComparison.Ordinal)) return;
        }
        Assert.Fail("the stream ended before the task did");
    }

    [Theory]
    [InlineData("/health/live", "healthy")]
    [InlineData("/health/ready", "healthy")]
    [InlineData("/openapi/v1.json", "/api/tasks")]
    [InlineData("/metrics", "# TYPE granary_")]
    [InlineData("/api/metrics", "\"pools\"")]
    [InlineData("/api/pools/default", "\"capacity\"")]
    [InlineData("/api/nodes", "\"Ready\"")]
    [InlineData("/api/agents", "\"items\"")]
    public async Task Answers(string path, string with)
    {
        using var reply = await _http.GetAsync(path);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, $"{reply.StatusCode} {text}");
        Assert.Contains(with, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NeedsTheToken_WhenItListensBeyondLoopback()
    {
        await using var server = await TestServer.StartAsync("--listen", "0.0.0.0", "--tls-self-signed", "--no-node");
        using var http = Access.Known.Http(server, null);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/tasks")).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/tasks")).StatusCode);
    }

    private async Task<JsonElement> JsonAsync(string path) => await _http.GetFromJsonAsync<JsonElement>(path);

    private async Task<JsonElement> SubmitAsync(object task)
    {
        using var reply = await _http.PostAsJsonAsync("/api/tasks", task);
        Assert.True(reply.StatusCode == HttpStatusCode.Created, $"{reply.StatusCode} {await reply.Content.ReadAsStringAsync()}");
        return await reply.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> EndedAsync(string id)
    {
        await Until.TrueAsync(async () => (await JsonAsync($"/api/tasks/{id}")).GetProperty("finished").ValueKind == JsonValueKind.String, $"{id} did not end");
        return await JsonAsync($"/api/tasks/{id}");
    }
}
