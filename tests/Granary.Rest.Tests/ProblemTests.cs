using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

public sealed class ProblemTests
{
    public static TheoryData<Exception, int, string> Failures => new()
    {
        { GranaryException.Invalid("bad"), 400, "bad" },
        { GranaryException.NotFound("gone"), 404, "gone" },
        { GranaryException.Refused("over the limit"), 409, "over the limit" },
        { GranaryException.Busy("too much just now", TimeSpan.FromSeconds(2.5)), 429, "too much just now" },
        { GranaryException.Unavailable("stopping"), 503, "stopping" },
        { GranaryException.TimedOut("too slow"), 504, "too slow" },
        { new TimeoutException("Response did not arrive on time in 00:00:30 for message: secret"), 504, "outcome is unknown" },
        { new Orleans.Runtime.SiloUnavailableException("inner words"), 503, "not reachable just now" },
        { new InvalidOperationException("inner words"), 500, "the server failed" },
        { GranaryException.Refused("two\nlines"), 409, "two lines" },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Failures_of_grains_become_statuses(Exception failure, int status, string expected)
    {
        await using var server = await RestServer.Start();
        server.Cluster.Failure = failure;
        foreach (var call in new[] { server.Get("/api/tasks/1"), server.Get("/api/pools"), server.Post("""{"agent":"a","command":["true"]}""") })
        {
            var detail = await call.Problem(status);
            Assert.Contains(expected, detail);
            Assert.DoesNotContain("inner words", detail);
            Assert.DoesNotContain("secret", detail);
        }
    }

    [Theory]
    [InlineData("PUT", "/api/tasks", 405)]
    [InlineData("POST", "/api/tasks/1", 405)]
    [InlineData("DELETE", "/api/pools/default", 405)]
    [InlineData("POST", "/metrics", 405)]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/api/nothing", 404)]
    [InlineData("GET", "/openapi/v2.json", 404)]
    public async Task Paths_and_methods_that_are_not_there_are_problems(string method, string path, int status)
    {
        await using var server = await RestServer.Start();
        Assert.NotEmpty(await server.Send(new(method), path, "{}").Problem(status));
    }

    [Fact]
    public async Task Replies_are_readable_at_a_terminal()
    {
        await using var server = await RestServer.Start();
        Assert.Contains("'nowhere'", await (await server.Get("/api/pools/nowhere")).Content.ReadAsStringAsync());
        await server.Post("""{"agent":"a","command":["echo","it's ü < 5"]}""").Json(HttpStatusCode.Created);
        Assert.Contains("it's ü < 5", await server.Client.GetStringAsync("/api/tasks/1"));
    }

    [Fact]
    public async Task Problems_carry_the_headers_of_every_reply()
    {
        await using var server = await RestServer.Start();
        foreach (var path in new[] { "/api/pools", "/api/pools/nowhere", "/nowhere" })
        {
            var reply = await server.Get(path);
            Assert.Equal("nosniff", reply.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(reply.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task A_failed_change_may_be_tried_again_under_its_key()
    {
        await using var server = await RestServer.Start();
        server.Cluster.Failure = GranaryException.Unavailable("stopping");
        await server.Post("""{"agent":"a","command":["true"]}""", ("Idempotency-Key", "k")).Problem(503);
        server.Cluster.Failure = null;
        await server.Post("""{"agent":"a","command":["true"]}""", ("Idempotency-Key", "k")).Json(HttpStatusCode.Created);
    }
}
