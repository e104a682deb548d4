using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Granary.Rest.Http;
using Granary.Rest.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Rest.Tests;

/// <summary>The REST face over fakes: in memory, or on a real socket of 127.0.0.1.</summary>
internal sealed class RestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RestServer(WebApplication app, FakeCluster cluster, HttpClient client)
    {
        _app = app;
        Cluster = cluster;
        Client = client;
        client.Timeout = TimeSpan.FromSeconds(30);
    }

    public FakeCluster Cluster { get; }
    public HttpClient Client { get; }
    public IServiceProvider Services => _app.Services;

    public static async Task<RestServer> Start(RestOptions? options = null, bool socket = false, TimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        var cluster = new FakeCluster();
        cluster.Declare("default");
        // Nothing but what the tests need: settings files would be watched, by hundreds of servers at once.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Services.AddRouting();
        builder.Services.AddLogging();
        if (socket) builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        else builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(cluster.Factory);
        if (time is not null) builder.Services.AddSingleton(time);
        // It overwrites what was given back, so that who looks at a body after its request is found out.
        builder.Services.AddSingleton(new BodyArena(1 << 20, checking: true));
        // Tests read figures that they have just changed.
        builder.Services.AddGranaryRest(options ?? new RestOptions { SnapshotMaxAge = TimeSpan.Zero });
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGranaryRest();
        await app.StartAsync();
        return new(app, cluster, socket ? new HttpClient { BaseAddress = new(app.Urls.First()) } : app.GetTestClient());
    }

    public Task<HttpResponseMessage> Get(string path) => Client.GetAsync(path);

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> Post(string json, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, "/api/tasks", json, headers);

    public Task<HttpResponseMessage> Put(string path, string json) => Send(HttpMethod.Put, path, json);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

internal static class Replies
{
    public static async Task<JsonNode> Json(this Task<HttpResponseMessage> sent, HttpStatusCode expected = HttpStatusCode.OK) => await (await sent).Json(expected);

    public static async Task<JsonNode> Json(this HttpResponseMessage reply, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.StatusCode == expected, $"{(int)reply.StatusCode} instead of {(int)expected}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The detail of a problem, after checking that it is one and is one line.</summary>
    public static async Task<string> Problem(this Task<HttpResponseMessage> sent, int status)
    {
        var reply = await sent;
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True((int)reply.StatusCode == status, $"{(int)reply.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal(status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        var detail = (string)problem["detail"]!;
        Assert.DoesNotContain('\n', detail);
        return detail;
    }
}
