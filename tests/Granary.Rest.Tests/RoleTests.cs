using System.Net;
using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.Model;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Tests;

/// <summary>What each role may do by REST, and that every route says so.</summary>
public sealed class RoleTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static readonly TokenRegistry Registry = Make();

    private static TokenRegistry Make()
    {
        var registry = new TokenRegistry(new TokenRegistryState());
        foreach (var (secret, role, agents) in (IEnumerable<(string, Role, string[])>)[
            ("operator", Role.Operator, []), ("owner", Role.AgentOwner, ["mine", "ours"]), ("reader", Role.ReadOnly, []), ("machine", Role.Node, [])])
            registry.Create(new TokenRequest(role, TokenSecret.Hash(secret), "", agents), DateTimeOffset.UnixEpoch);
        return registry;
    }

    private static async Task<RestServer> StartAsync(bool required = true, FailedAttemptOptions? attempts = null)
    {
        var book = new TokenBook(TimeProvider.System).WithFileToken(Token);
        book.Take(Registry.PageFor(0));
        var options = new RestOptions { RequireToken = required, Token = Token, SnapshotMaxAge = TimeSpan.Zero };
        var server = await RestServer.Start(options, services: s =>
        {
            s.AddSingleton(book);
            s.AddSingleton(new AccessGate(book, new FailedAttempts(attempts ?? new FailedAttemptOptions()), TimeProvider.System, null));
        });
        foreach (var agent in new[] { "mine", "ours", "theirs" })
            await Send(server, Token, HttpMethod.Post, "/api/tasks", $$"""{"agent":"{{agent}}","command":["true"]}""").Json(HttpStatusCode.Created);
        return server;
    }

    private static Task<HttpResponseMessage> Send(RestServer server, string token, HttpMethod method, string path, string? body = null) =>
        server.Send(method, path, body, ("Authorization", $"Bearer {token}"));

    [Fact]
    public async Task Every_route_is_in_the_table_and_nothing_else_is()
    {
        await using var server = await RestServer.Start();
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}")).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(routes);
        Assert.Empty(routes.Except(RestRules.Entries).Except(RestRules.Open));
        Assert.Empty(RestRules.Entries.Concat(RestRules.Open).Except(routes));
        Assert.Equal(Roles.None, RestRules.For("GET", "/not/there"));
    }

    [Theory]
    [InlineData("operator", "GET", "/api/tasks", 200)]
    [InlineData("operator", "PUT", "/api/pools/fast", 201)]
    [InlineData("operator", "GET", "/metrics", 200)]
    [InlineData("reader", "GET", "/api/tasks", 200)]
    [InlineData("reader", "GET", "/api/tasks/default%2F3", 200)]
    [InlineData("reader", "GET", "/api/quota", 200)]
    [InlineData("reader", "GET", "/metrics", 200)]
    [InlineData("reader", "POST", "/api/tasks", 403)]
    [InlineData("reader", "DELETE", "/api/tasks/default%2F3", 403)]
    [InlineData("reader", "PUT", "/api/pools/fast", 403)]
    [InlineData("reader", "PUT", "/api/agents/mine", 403)]
    [InlineData("owner", "GET", "/api/tasks/default%2F1", 200)]
    [InlineData("owner", "GET", "/api/tasks/default%2F3", 403)]
    [InlineData("owner", "GET", "/api/tasks/default/3/explain", 403)]
    [InlineData("owner", "GET", "/api/tasks/default/3/logs", 403)]
    [InlineData("owner", "DELETE", "/api/tasks/default%2F3", 403)]
    [InlineData("owner", "GET", "/api/tasks?agent=theirs", 403)]
    [InlineData("owner", "PUT", "/api/agents/mine", 403)]
    [InlineData("owner", "PUT", "/api/pools/fast", 403)]
    [InlineData("owner", "GET", "/metrics", 403)]
    [InlineData("owner", "GET", "/api/groups", 403)]
    [InlineData("owner", "GET", "/api/pools", 200)]
    [InlineData("reader", "POST", "/resources/distributed", 403)]
    [InlineData("reader", "GET", "/api/work", 200)]
    [InlineData("machine", "GET", "/api/work", 403)]
    [InlineData("reader", "GET", "/api/services", 200)]
    [InlineData("reader", "PUT", "/api/services/s", 403)]
    [InlineData("machine", "GET", "/api/services", 403)]
    [InlineData("machine", "GET", "/api/tasks", 403)]
    [InlineData("machine", "POST", "/api/tasks", 403)]
    [InlineData("machine", "GET", "/nothing/here", 404)]
    [InlineData("machine", "GET", "/health/live", 200)]
    public async Task A_role_may(string token, string method, string path, int status)
    {
        await using var server = await StartAsync();
        var body = method is "POST" ? """{"agent":"mine","command":["true"]}""" : method is "PUT" ? "{}" : null;
        var reply = await Send(server, token, new HttpMethod(method), path, body);
        Assert.True((int)reply.StatusCode == status, $"{(int)reply.StatusCode} instead of {status}: {await reply.Content.ReadAsStringAsync()}");
        if (status == 403) Assert.Matches("may|is not of an agent", await Task.FromResult(reply).Problem(403));
    }

    [Fact]
    public async Task An_owner_has_the_services_of_its_agents_and_sees_those_that_are_shared()
    {
        await using var server = await StartAsync();
        foreach (var (name, body) in new[] { ("theirs", """{"agent":"theirs"}"""), ("shared", """{"agent":"theirs","shared":true}""") })
            await Send(server, Token, HttpMethod.Put, $"/api/services/{name}", body).Json(HttpStatusCode.Created);
        await Send(server, "owner", HttpMethod.Put, "/api/services/own", """{"agent":"mine"}""").Json(HttpStatusCode.Created);
        await Send(server, "owner", HttpMethod.Put, "/api/services/own/backends/b", """{"url":"http://127.0.0.1:1"}""").Json();
        Assert.Equal("own", (string)Assert.Single((await Send(server, "owner", HttpMethod.Get, "/api/services").Json())["items"]!.AsArray())!["name"]!);
        Assert.Equal(3, (await Send(server, "reader", HttpMethod.Get, "/api/services").Json())["items"]!.AsArray().Count);
        await Send(server, "owner", HttpMethod.Get, "/api/services/shared").Json();
        await Send(server, "owner", HttpMethod.Get, "/api/services/theirs").Problem(403);
        await Send(server, "owner", HttpMethod.Put, "/api/services/new", """{"agent":"theirs"}""").Problem(403);
        foreach (var name in new[] { "theirs", "shared" })
        {
            await Send(server, "owner", HttpMethod.Put, $"/api/services/{name}/backends/b", """{"url":"http://127.0.0.1:1"}""").Problem(403);
            await Send(server, "owner", HttpMethod.Delete, $"/api/services/{name}/backends/b").Problem(403);
            await Send(server, "owner", HttpMethod.Delete, $"/api/services/{name}").Problem(403);
        }
        await Send(server, "owner", HttpMethod.Delete, "/api/services/own").Json();
    }

    [Theory]
    [InlineData("operator", "4", 200)]
    [InlineData("operator", "5", 200)]
    [InlineData("owner", "4", 200)]
    [InlineData("owner", "5", 403)]
    [InlineData("reader", "4", 403)]
    [InlineData("machine", "4", 403)]
    public async Task Work_for_people_is_claimed_given_back_and_completed_by_who_may_tend_the_task(string token, string task, int status)
    {
        await using var server = await StartAsync();
        foreach (var agent in new[] { "mine", "theirs" })
            await Send(server, Token, HttpMethod.Post, "/api/tasks", $$$"""{"agent":"{{{agent}}}","manual":{"instructions":"Sign it."}}""").Json(HttpStatusCode.Created);
        foreach (var path in new[] { $"/api/tasks/{task}", $"/api/tasks/default/{task}" })
        {
            await Expect(HttpMethod.Post, $"{path}/claim", "{}");
            await Expect(HttpMethod.Delete, $"{path}/claim", null);
        }
        await Expect(HttpMethod.Post, $"/api/tasks/default/{task}/complete", "{}");
        await Expect(HttpMethod.Post, $"/api/tasks/{task}/complete", "{}"); // said again
        Assert.Equal(status == 200 ? TaskState.Succeeded : TaskState.Queued, server.Cluster.Pools["default"].Tasks.Single(t => $"{t.Id.Number}" == task).State);

        async Task Expect(HttpMethod method, string path, string? body)
        {
            var reply = await Send(server, token, method, path, body);
            Assert.True((int)reply.StatusCode == status, $"{method} {path}: {(int)reply.StatusCode} instead of {status}: {await reply.Content.ReadAsStringAsync()}");
        }
    }

    [Theory]
    [InlineData("operator", 200, "4 5")]
    [InlineData("reader", 200, "4 5")]
    [InlineData("owner", 200, "4")]
    [InlineData("machine", 403, "")]
    public async Task The_inbox_shows_what_a_role_may_see(string token, int status, string numbers)
    {
        await using var server = await StartAsync();
        foreach (var agent in new[] { "mine", "theirs" })
            await Send(server, Token, HttpMethod.Post, "/api/tasks", $$$"""{"agent":"{{{agent}}}","manual":{"instructions":"Sign it."}}""").Json(HttpStatusCode.Created);
        var reply = await Send(server, token, HttpMethod.Get, "/api/inbox");
        Assert.Equal(status, (int)reply.StatusCode);
        if (status == 200) Assert.Equal(numbers, string.Join(' ', (await Task.FromResult(reply).Json())["items"]!.AsArray().Select(i => ((string)i!["id"]!).Split('/')[1]).Order()));
    }

    [Fact]
    public async Task An_owner_submits_for_its_agents_and_sees_and_cancels_theirs_alone()
    {
        await using var server = await StartAsync();
        var listed = await Send(server, "owner", HttpMethod.Get, "/api/tasks").Json();
        Assert.Equal(["ours", "mine"], listed["items"]!.AsArray().Select(t => (string)t!["agent"]!));
        await Send(server, "owner", HttpMethod.Post, "/api/tasks", """{"agent":"mine","command":["true"]}""").Json(HttpStatusCode.Created);
        Assert.Contains("'theirs'", await Send(server, "owner", HttpMethod.Post, "/api/tasks", """{"agent":"theirs","command":["true"]}""").Problem(403), StringComparison.Ordinal);
        Assert.Contains("'theirs'", await Send(server, "owner", HttpMethod.Post, "/api/tasks", """{"items":[{"agent":"mine","command":["true"]},{"agent":"theirs","command":["true"]}]}""").Problem(403), StringComparison.Ordinal);
        Assert.Equal(4, server.Cluster.Pools["default"].Tasks.Count);
        await Send(server, "owner", HttpMethod.Delete, "/api/tasks/default%2F2").Json();
    }

    [Fact]
    public async Task An_owner_distributes_for_its_agents_and_sees_and_cancels_theirs_alone()
    {
        await using var server = await StartAsync();
        static string Body(string agent) => $$"""{"operation":"distribute","agent":"{{agent}}","command":["true"],"partitions":2}""";
        var mine = (string)(await Send(server, "owner", HttpMethod.Post, "/resources/distributed", Body("mine")).Json(HttpStatusCode.Created))["id"]!;
        Assert.Contains("'theirs'", await Send(server, "owner", HttpMethod.Post, "/resources/distributed", Body("theirs")).Problem(403), StringComparison.Ordinal);
        var theirs = (string)(await Send(server, Token, HttpMethod.Post, "/resources/distributed", Body("theirs")).Json(HttpStatusCode.Created))["id"]!;
        Assert.Equal(mine, (string)Assert.Single((await Send(server, "owner", HttpMethod.Get, "/api/work").Json())["items"]!.AsArray())!["id"]!);
        foreach (var path in new[] { $"/api/work/{theirs}", $"/api/work/{theirs}/partitions" }) await Send(server, "owner", HttpMethod.Get, path).Problem(403);
        await Send(server, "owner", HttpMethod.Post, "/resources/distributed", $$"""{"operation":"monitor","id":"{{theirs}}"}""").Problem(403);
        await Send(server, "owner", HttpMethod.Delete, $"/api/work/{theirs}").Problem(403);
        await Send(server, "owner", HttpMethod.Get, "/api/work/w-none").Problem(404);
        Assert.Equal("cancelled", (string)(await Send(server, "owner", HttpMethod.Delete, $"/api/work/{mine}").Json())["state"]!);
    }

    [Fact]
    public async Task A_reply_is_remembered_for_its_caller_alone()
    {
        await using var server = await StartAsync();
        const string Body = """{"agent":"mine","command":["true"]}""";
        Task<HttpResponseMessage> Submit(string token) => server.Send(HttpMethod.Post, "/api/tasks", Body, ("Authorization", $"Bearer {token}"), ("Idempotency-Key", "k1"));
        Assert.False((await Submit("owner")).Headers.Contains("Idempotency-Replayed"));
        Assert.True((await Submit("owner")).Headers.Contains("Idempotency-Replayed"));
        Assert.False((await Submit("operator")).Headers.Contains("Idempotency-Replayed"));
        await Submit("reader").Problem(403);
    }

    [Fact]
    public async Task On_loopback_a_token_narrows_and_none_does_not()
    {
        await using var server = await StartAsync(required: false);
        await server.Get("/api/groups").Json();
        await Send(server, "owner", HttpMethod.Get, "/api/groups").Problem(403);
    }

    [Fact]
    public async Task Wrong_tokens_are_told_and_then_turned_away()
    {
        await using var server = await StartAsync(attempts: new FailedAttemptOptions { Burst = 3, OneMoreEvery = TimeSpan.FromHours(10) });
        for (var i = 0; i < 3; i++) await Send(server, $"wrong{i}", HttpMethod.Get, "/api/tasks").Problem(401);
        var turned = await Send(server, "wrong", HttpMethod.Get, "/api/tasks");
        Assert.Equal(HttpStatusCode.TooManyRequests, turned.StatusCode);
        Assert.InRange(turned.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(10));
        // a token that has not been used from here is not even looked at; one that has is let in, and health is everybody's
        await Send(server, "reader", HttpMethod.Get, "/api/tasks").Problem(429);
        await Send(server, Token, HttpMethod.Get, "/api/tasks").Json();
        await server.Get("/health/live").Json();
    }
}
