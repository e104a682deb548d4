using System.Collections.Concurrent;
using System.Net;
using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Tokens;
using Granary.Model;
using Granary.Proxy.Tests.Support;
using Granary.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Proxy.Tests;

/// <summary>Which backend a request goes to, when another is tried, and who may call at all.</summary>
public sealed class RoutingTests
{
    private static readonly Lock Gate = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("GET", null, 200)]
    [InlineData("HEAD", null, 200)]
    [InlineData("DELETE", null, 200)]
    [InlineData("PUT", null, 200)]
    [InlineData("POST", null, 503)]
    [InlineData("PATCH", null, 503)]
    public async Task A_busy_backend_is_passed_over_only_where_repeating_does_no_harm(string method, string? body, int status)
    {
        await using var busy = await WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var good = await WebBackend.NamedAsync("good");
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Algorithm = ServiceAlgorithm.RoundRobin, PassiveChecks = false }, busy.Address, good.Address);
        var seen = new HashSet<int>();
        for (var i = 0; i < 2; i++)
            seen.Add((int)(await proxy.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/services/s") { Content = body is null ? null : new StringContent(body) })).StatusCode);
        Assert.Equal(status == 200 ? [200] : [200, 503], seen.Order());
        Assert.InRange(busy.Requests, 1, 2);
        await proxy.AssertIdleAsync("s");
    }

    [Fact]
    public async Task A_body_that_nobody_has_read_goes_to_the_next_backend_whole()
    {
        await using var good = await WebBackend.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync());
        });
        var gone = new RawBackend((_, _) => Task.CompletedTask);
        var nowhere = gone.Address;
        await gone.DisposeAsync();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Algorithm = ServiceAlgorithm.RoundRobin, PassiveChecks = false }, nowhere, good.Address);
        var text = new string('x', 500_000);
        for (var i = 0; i < 2; i++)
        {
            var answer = await proxy.Client.PutAsync("/services/s", new StringContent(text));
            Assert.Equal((HttpStatusCode.OK, text), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
    }

    [Fact]
    public async Task What_was_begun_to_be_read_is_not_sent_again()
    {
        await using var breaks = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            await socket.ReceiveAsync(new byte[100], over);
            socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        });
        await using var good = await WebBackend.NamedAsync("good");
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Algorithm = ServiceAlgorithm.RoundRobin, PassiveChecks = false }, breaks.Address, good.Address);
        var statuses = new List<int>();
        for (var i = 0; i < 2; i++) statuses.Add((int)(await proxy.Client.PutAsync("/services/s", new StringContent(new string('x', 100_000)))).StatusCode);
        Assert.Equal([200, 502], statuses.Order());
    }

    [Fact]
    public async Task Retries_end_with_their_budget()
    {
        var busy = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        })));
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { PassiveChecks = false }, [.. busy.Select(b => b.Address)]);
        for (var i = 0; i < 200; i++) Assert.Equal(HttpStatusCode.ServiceUnavailable, (await proxy.Client.GetAsync("/services/s")).StatusCode);
        // a fifth of the requests and one a second of the window
        Assert.InRange(busy.Sum(b => b.Requests) - 200, 10, 60);
        foreach (var backend in busy) await backend.DisposeAsync();
    }

    [Fact]
    public async Task A_session_stays_with_its_backend_by_header_and_by_the_cookie_that_it_is_given()
    {
        var backends = await NamedAsync(5);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Algorithm = ServiceAlgorithm.ConsistentHashing, AffinityHeader = "X-Session", AffinityCookie = "sid" }, [.. backends.Select(b => b.Address)]);
        var homes = new Dictionary<int, string>();
        for (var round = 0; round < 3; round++)
            for (var session = 0; session < 20; session++)
            {
                var home = await AskAsync(proxy, ("X-Session", $"u{session}"));
                Assert.Equal(home, homes.GetValueOrDefault(session, home));
                homes[session] = home;
            }
        Assert.True(homes.Values.Distinct().Count() >= 3, "sessions are spread");
        using var first = await proxy.Client.GetAsync("/services/s");
        var given = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^sid=[0-9a-f]{32}; path=/services/s; samesite=lax; httponly$", given);
        var cookie = given[..given.IndexOf(';', StringComparison.Ordinal)];
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(await first.Content.ReadAsStringAsync(), await AskAsync(proxy, ("Cookie", cookie)));
        }
        foreach (var backend in backends) await backend.DisposeAsync();
    }

    [Theory]
    [InlineData(ServiceAlgorithm.RoundRobin)]
    [InlineData(ServiceAlgorithm.WeightedRoundRobin)]
    [InlineData(ServiceAlgorithm.LeastConnections)]
    [InlineData(ServiceAlgorithm.LeastPredictedLoad)]
    [InlineData(ServiceAlgorithm.PowerOfTwo)]
    [InlineData(ServiceAlgorithm.ConsistentHashing)]
    [InlineData(ServiceAlgorithm.Learned)]
    public async Task Every_algorithm_serves_drains_and_follows_weights(ServiceAlgorithm algorithm)
    {
        var backends = await NamedAsync(3);
        await using var proxy = await ProxyServer.StartAsync();
        var spec = ProxyServer.Spec("s") with { Algorithm = algorithm, AffinityHeader = "X-Session" };
        var all = backends.Select((b, i) => ProxyServer.At($"b{i}", b.Address)).ToArray();
        await proxy.DeclareAsync(spec, all);
        Assert.Equal(3, (await AskManyAsync(proxy, 300)).Count);
        await proxy.DeclareAsync(spec, [all[0] with { Draining = true }, all[1] with { Weight = 0 }, all[2]]);
        Assert.Equal(["b2"], (await AskManyAsync(proxy, 50)).Keys);
        Assert.Equal([("b0", BackendState.Drained), ("b1", BackendState.NoWeight), ("b2", BackendState.Ready)], proxy.Catalog.Of("s").Select(b => (b.Backend, b.State)));
        await proxy.DeclareAsync(spec, all[1]);
        Assert.Equal(["b1"], (await AskManyAsync(proxy, 50)).Keys);
        await proxy.DeclareAsync(spec, Array.Empty<ServiceBackend>());
        using var none = await proxy.Client.GetAsync("/services/s");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, none.StatusCode);
        Assert.Contains("no backend that can be used: no backend is registered", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await proxy.RemoveAsync("s");
        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Client.GetAsync("/services/s")).StatusCode);
        foreach (var backend in backends) await backend.DisposeAsync();
    }

    [Fact]
    public async Task Requests_under_way_at_a_backend_that_drains_or_is_removed_go_on()
    {
        var (begun, go) = (new SemaphoreSlim(0), new TaskCompletionSource());
        await using var backend = await WebBackend.StartAsync(async context =>
        {
            begun.Release();
            await go.Task;
            await context.Response.WriteAsync("done");
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        var calls = new List<Task<string>> { proxy.Client.GetStringAsync("/services/s") };
        Assert.True(await begun.WaitAsync(Patience));
        await proxy.DeclareAsync(ProxyServer.Spec("s"), ProxyServer.At("b1", backend.Address) with { Draining = true });
        Assert.Equal([("b1", BackendState.Draining, 1)], proxy.Catalog.Of("s").Select(b => (b.Backend, b.State, b.InFlight)));
        await proxy.RemoveAsync("s");
        go.SetResult();
        Assert.Equal("done", await calls[0].WaitAsync(Patience));
    }

    [Fact]
    public async Task Probes_take_a_backend_out_and_bring_it_back_and_are_never_more_than_allowed()
    {
        var well = true;
        var (now, most) = (0, 0);
        var backends = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => WebBackend.StartAsync(async context =>
        {
            if (context.Request.Path != "/health")
            {
                await context.Response.WriteAsync($"b{i}");
                return;
            }
            lock (Gate) most = Math.Max(most, ++now);
            if (i == 0 && !Volatile.Read(ref well)) context.Response.StatusCode = 500;
            lock (Gate) now--;
        })));
        await using var proxy = await ProxyServer.StartAsync(new ProxyOptions { ProbesAtOnce = 2 });
        var probe = new ServiceProbe("/health", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 2, 2);
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Algorithm = ServiceAlgorithm.RoundRobin, Probe = probe }, [.. backends.Select((b, i) => ProxyServer.At($"b{i}", b.Address))]);
        Volatile.Write(ref well, false);
        await Until.TrueAsync(() => proxy.Catalog.Of("s").Single(b => b.Backend == "b0").State == BackendState.Unhealthy, "it is not found unhealthy");
        await Until.TrueAsync(() => proxy.Catalog.Find("s")!.Balancer.Pool.Current(proxy.Catalog.Find("s")!.Balancer.NowUs).Count == 5, "it is still chosen");
        Assert.DoesNotContain("b0", (await AskManyAsync(proxy, 30)).Keys);
        Volatile.Write(ref well, true);
        await Until.TrueAsync(() => proxy.Catalog.Of("s").Single(b => b.Backend == "b0").State == BackendState.Ready, "it is not found healthy again");
        Assert.InRange(most, 1, 2);
        foreach (var backend in backends) await backend.DisposeAsync();
    }

    [Fact]
    public async Task There_is_a_bound_on_what_is_under_way_in_all_and_of_one_service()
    {
        var go = new TaskCompletionSource();
        await using var slow = await WebBackend.StartAsync(_ => go.Task);
        await using var other = await WebBackend.NamedAsync("other");
        await using var proxy = await ProxyServer.StartAsync(new ProxyOptions { MaxRequestsPerService = 2, MaxRequests = 3 });
        await proxy.DeclareAsync("s", slow.Address);
        await proxy.DeclareAsync("t", slow.Address);
        await proxy.DeclareAsync("o", other.Address);
        var calls = new List<Task<HttpResponseMessage>> { proxy.Client.GetAsync("/services/s"), proxy.Client.GetAsync("/services/s") };
        await Until.TrueAsync(() => slow.Requests == 2, "they do not come");
        using var third = await proxy.Client.GetAsync("/services/s");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.NotNull(third.Headers.RetryAfter);
        Assert.Equal("other", await proxy.Client.GetStringAsync("/services/o"));
        calls.Add(proxy.Client.GetAsync("/services/t"));
        await Until.TrueAsync(() => slow.Requests == 3, "it does not come");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await proxy.Client.GetAsync("/services/o")).StatusCode);
        go.SetResult();
        foreach (var call in calls) Assert.Equal(HttpStatusCode.OK, (await call.WaitAsync(Patience)).StatusCode);
        Assert.Equal("other", await proxy.Client.GetStringAsync("/services/o"));
    }

    [Fact]
    public async Task It_is_no_open_proxy_and_never_calls_its_own_server()
    {
        await using var own = await WebBackend.NamedAsync("own");
        await using var proxy = await ProxyServer.StartAsync(ownPorts: [own.Address.Port]);
        await proxy.DeclareAsync("self", own.Address);
        await proxy.DeclareAsync("out", new Uri("http://192.0.2.1:8080"));
        await proxy.DeclareAsync("meta", new Uri("http://169.254.169.254/latest"));
        foreach (var (name, told) in new[] { ("self", "is this server itself"), ("out", "Proxy:Hosts allows loopback"), ("meta", "Proxy:Hosts allows loopback") })
        {
            using var answer = await proxy.Client.GetAsync($"/services/{name}").WaitAsync(Patience);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            Assert.Contains(told, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(0, own.Requests);
        // a target in the request itself is nothing that it looks at
        using var absolute = new HttpRequestMessage(HttpMethod.Get, "/services/http:%2F%2Fexample.org/");
        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Client.SendAsync(absolute)).StatusCode);
        using var circle = new HttpRequestMessage(HttpMethod.Get, "/services/self");
        circle.Headers.Add("X-Granary-Hops", "8");
        Assert.Equal(508, (int)(await proxy.Client.SendAsync(circle)).StatusCode);
    }

    [Theory]
    [InlineData("operator", 200, 200, 200)]
    [InlineData("owner", 200, 403, 200)]
    [InlineData("reader", 403, 403, 403)]
    [InlineData("machine", 403, 403, 403)]
    [InlineData("nobody", 401, 401, 401)]
    public async Task An_owner_calls_its_agents_services_and_shared_ones(string who, int own, int others, int shared)
    {
        var registry = new TokenRegistry(new TokenRegistryState());
        foreach (var (secret, role, agents) in (IEnumerable<(string, Role, string[])>)[("operator", Role.Operator, []), ("owner", Role.AgentOwner, ["lab"]), ("reader", Role.ReadOnly, []), ("machine", Role.Node, [])])
            registry.Create(new TokenRequest(role, TokenSecret.Hash(secret), "", agents), DateTimeOffset.UnixEpoch);
        var book = new TokenBook(TimeProvider.System).WithFileToken("0123456789abcdef0123456789abcdef");
        book.Take(registry.PageFor(0));
        await using var backend = await WebBackend.NamedAsync("here");
        await using var proxy = await ProxyServer.StartAsync(rest: new RestOptions { RequireToken = true, Token = "0123456789abcdef0123456789abcdef" }, services: s =>
        {
            s.AddSingleton(book);
            s.AddSingleton(new AccessGate(book, new FailedAttempts(new FailedAttemptOptions()), TimeProvider.System, null));
        });
        await proxy.DeclareAsync(ProxyServer.Spec("own"), backend.Address);
        await proxy.DeclareAsync(ProxyServer.Spec("others") with { Agent = "else" }, backend.Address);
        await proxy.DeclareAsync(ProxyServer.Spec("shared") with { Agent = "else", Shared = true }, backend.Address);
        foreach (var (name, status) in new[] { ("own", own), ("others", others), ("shared", shared) })
            foreach (var method in new[] { "GET", "POST", "OPTIONS" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), $"/services/{name}/x");
                request.Headers.Add("Authorization", $"Bearer {who}");
                Assert.Equal(status, (int)(await proxy.Client.SendAsync(request)).StatusCode);
            }
    }

    [Fact]
    public async Task Prometheus_counts_requests_by_service_and_end_and_tells_only_so_many_services_apart()
    {
        await using var good = await WebBackend.NamedAsync("good");
        await using var proxy = await ProxyServer.StartAsync(new ProxyOptions { MetricServices = 1 });
        foreach (var name in new[] { "first", "second", "third" })
        {
            await proxy.DeclareAsync(name, good.Address);
            await proxy.Client.GetStringAsync($"/services/{name}");
        }
        var text = new Rest.Metrics.PrometheusText();
        proxy.Services.GetRequiredService<Metrics.ServiceMeters>().Write(text);
        var lines = text.ToString().Split('\n');
        Assert.Contains("granary_service_requests_total{service=\"first\",outcome=\"answered\"} 1", lines);
        Assert.Contains("granary_service_requests_total{service=\"_other\",outcome=\"answered\"} 2", lines);
        Assert.Contains("granary_service_backends{service=\"_other\",usable=\"yes\"} 2", lines);
        Assert.DoesNotContain("\"second\"", text.ToString(), StringComparison.Ordinal);
    }

    private static async Task<WebBackend[]> NamedAsync(int count) => await Task.WhenAll(Enumerable.Range(0, count).Select(i => WebBackend.NamedAsync($"b{i}")));

    private static async Task<string> AskAsync(ProxyServer proxy, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/services/s");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await proxy.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<SortedDictionary<string, int>> AskManyAsync(ProxyServer proxy, int count)
    {
        var seen = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => seen.AddOrUpdate(await AskAsync(proxy, ("X-Session", $"u{i}")), 1, static (_, n) => n + 1));
        return new SortedDictionary<string, int>(seen, StringComparer.Ordinal);
    }
}
