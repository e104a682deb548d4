using Granary.Execution.Handlers;
using Granary.Execution.Http;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Http;

/// <summary>Calls over a real connection: what is sent, what is followed, what is never done twice.</summary>
public sealed class HttpCallTests : IDisposable
{
    private static readonly Lease Lease = new(new("lab", 12), "n1", 2, 345);
    private readonly TestHttpServer _server = new();
    private readonly TestHttpServer _other = new();

    public void Dispose()
    {
        _server.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task It_sends_what_it_says_and_a_key_of_its_lease()
    {
        var result = await Call(new HttpCall { Method = "POST", Url = _server.Url("/ok?x=1"), Body = "{\"a\": 1}", Headers = new Dictionary<string, string> { ["X-Own"] = "yes", ["Authorization"] = "Bearer s" } });
        Assert.Equal(HandlerResult.Success, result);
        var request = Assert.Single(_server.Requests);
        Assert.Equal(("POST", "/ok?x=1", "{\"a\": 1}"), (request.Method, request.Target, request.Body));
        Assert.Equal(("lab-12-345", "yes", "Bearer s", "application/json; charset=utf-8"), (request.Headers["Idempotency-Key"], request.Headers["X-Own"], request.Headers["Authorization"], request.Headers["Content-Type"]));
        Assert.StartsWith("granary/", request.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_own_headers_win_and_a_question_has_no_key()
    {
        await Call(new HttpCall { Method = "PUT", Url = _server.Url("/ok"), Body = "x", Headers = new Dictionary<string, string> { ["idempotency-key"] = "mine", ["content-type"] = "text/csv", ["user-agent"] = "me" } });
        await Call(new HttpCall { Url = _server.Url("/ok") });
        var requests = _server.Requests.ToArray();
        Assert.Equal(("mine", "text/csv", "me"), (requests[0].Headers["Idempotency-Key"], requests[0].Headers["Content-Type"], requests[0].Headers["User-Agent"]));
        Assert.DoesNotContain("Idempotency-Key", requests[1].Headers.Keys);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_call_whose_answer_is_lost_is_not_made_again(string method)
    {
        var result = await Call(new HttpCall { Method = method, Url = _server.Url("/drop") });
        Assert.Equal(HttpExit.Unreachable, result.Code);
        Assert.NotEmpty(result.Message);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_the_answer_unless_it_is_to_be_followed()
    {
        var call = new HttpCall { Url = _server.Url("/to?" + Uri.EscapeDataString(_server.Url("/ok"))) };
        Assert.Equal((HttpExit.Unexpected, "answered 302 Found, expected 2xx"), Of(await Call(call)));
        Assert.Equal((0, ""), Of(await Call(call with { Redirects = 1 })));
        Assert.Equal((0, ""), Of(await Call(call with { Expect = ["302"] })));
    }

    [Fact]
    public async Task Elsewhere_it_shows_no_credentials_and_a_post_becomes_a_question()
    {
        var headers = new Dictionary<string, string> { ["Authorization"] = "Bearer s", ["Cookie"] = "c=1", ["X-Own"] = "yes" };
        await Call(new HttpCall { Method = "POST", Url = _server.Url("/to?" + Uri.EscapeDataString(_other.Url("/ok"))), Body = "x", Headers = headers, Redirects = 3 });
        await Call(new HttpCall { Method = "POST", Url = _server.Url("/keep?" + Uri.EscapeDataString(_other.Url("/ok"))), Body = "x", Headers = headers, Redirects = 3 });
        var seen = _other.Requests.ToArray();
        Assert.Equal([("GET", ""), ("POST", "x")], seen.Select(r => (r.Method, r.Body)));
        Assert.All(seen, r => Assert.False(r.Headers.ContainsKey("Authorization") || r.Headers.ContainsKey("Cookie")));
        Assert.All(seen, r => Assert.Equal("yes", r.Headers["X-Own"]));
    }

    [Fact]
    public async Task A_redirect_leads_nowhere_that_the_node_may_not_call()
    {
        var result = await Call(new HttpCall { Url = _server.Url("/to?" + Uri.EscapeDataString("http://169.254.169.254/latest/")), Redirects = 2 });
        Assert.Equal(HttpExit.Denied, result.Code);
        Assert.Equal("this node may not call 169.254.169.254:80 (169.254.169.254): Node:HttpHosts allows loopback", result.Message);
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        Assert.Equal(HttpExit.Unexpected, (await Call(new HttpCall { Url = _server.Url("/circle"), Redirects = 10 })).Code);
        Assert.Equal(11, _server.Requests.Count);
    }

    [Fact]
    public async Task Nobody_there_is_a_line()
    {
        _other.Dispose();
        var result = await Call(new HttpCall { Url = _other.Url("/") });
        Assert.Equal(HttpExit.Unreachable, result.Code);
        Assert.DoesNotContain('\n', result.Message);
    }

    private static (int, string) Of(HandlerResult result) => (result.Code, result.Message ?? "");

    private static async Task<HandlerResult> Call(HttpCall call)
    {
        var spec = new TaskSpec { Agent = "a", Terms = new TaskTerms { Action = new() { Http = call } } };
        Assert.Null(ActionRules.Problem(spec));
        using var limit = new CancellationTokenSource(FakeNode.Patience);
        return await new HttpHandler(HttpHosts.Parse("loopback")!, TimeProvider.System).Run(new HandlerContext(new Assignment(Lease, spec, 0, 1)), limit.Token);
    }
}
