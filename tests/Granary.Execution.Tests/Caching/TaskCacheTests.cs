using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Granary.Execution.Caching;
using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests.Caching;

/// <summary>The cache that tasks share, by its real socket.</summary>
public sealed class TaskCacheTests : IAsyncDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("granary-cache-").FullName;
    private readonly ManualTime _time = new();
    private readonly List<IAsyncDisposable> _opened = [];

    [Fact]
    public async Task An_agents_values_are_its_own_until_it_grants_them()
    {
        var cache = await Start();
        using var alice = Client(cache, "alice");
        using var bob = Client(cache, "bob");
        Assert.Equal(HttpStatusCode.NoContent, (await alice.PutAsync("/keys/plans/a%20b", new StringContent("one"))).StatusCode);
        await alice.PutAsync("/keys/secret", new StringContent("two"));
        Assert.Equal("one", await alice.GetStringAsync("/keys/plans/a%20b"));
        foreach (var path in new[] { "/keys/plans/a%20b", "/agents/alice/keys/plans/a%20b", "/agents/nobody/keys/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await bob.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.DeleteAsync("/keys/secret")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.PutAsync("/agents/alice/keys/secret", new StringContent("stolen"))).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await alice.PutAsync("/grants/bob?prefix=plans/", null)).StatusCode);
        Assert.Equal("one", await bob.GetStringAsync("/agents/alice/keys/plans/a%20b"));
        Assert.Equal(HttpStatusCode.NotFound, (await bob.GetAsync("/agents/alice/keys/secret")).StatusCode);
        await alice.DeleteAsync("/grants/bob?prefix=plans/");
        Assert.Equal(HttpStatusCode.NotFound, (await bob.GetAsync("/agents/alice/keys/plans/a%20b")).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await alice.DeleteAsync("/keys/secret")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await alice.GetAsync("/keys/secret")).StatusCode);
        using var counts = JsonDocument.Parse(await alice.GetStringAsync("/statistics"));
        Assert.Equal(("alice", 2, 1, 1), (counts.RootElement.GetProperty("agent").GetString(), counts.RootElement.GetProperty("hits").GetInt32(),
            counts.RootElement.GetProperty("misses").GetInt32(), counts.RootElement.GetProperty("entries").GetInt32()));
    }

    [Fact]
    public async Task Only_what_this_node_gave_is_a_token()
    {
        var cache = await Start();
        var mine = cache.For("alice")!.Value.Token;
        var foreign = new TaskCacheTokens(new byte[32]).Of("alice");
        foreach (var token in new[] { null, "", "alice", "alice.", foreign, mine[..^1], mine + "0", "bob" + mine[5..], mine.ToUpperInvariant(), ".", new string('x', 5000) })
        {
            using var client = Client(cache, null);
            if (token is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/statistics")).StatusCode);
        }
        Assert.Empty(cache.Agents);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_in_a_line_and_changes_nothing()
    {
        var cache = await Start();
        using var client = Client(cache, "a");
        var large = new HttpRequestMessage(HttpMethod.Put, "/keys/k") { Content = new ByteArrayContent(new byte[Options.LargestValue + 1]) };
        large.Headers.ExpectContinue = true;
        await Refused(413, client.SendAsync(large));
        try
        {
            await Refused(413, client.PutAsync("/keys/k", new StreamContent(new Unmeasured())));
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // the answer came, and the connection's end with it, before all was sent
        }
        await Refused(400, client.PutAsync("/keys/", new StringContent("v")));
        await Refused(400, client.PutAsync("/keys/" + new string('k', 1025), new StringContent("v")));
        await Refused(400, Put(client, "Cache-Control", "max-age=0"));
        await Refused(400, Put(client, "Cache-Control", "no-store"));
        await Refused(400, Put(client, "Granary-Priority", "utmost"));
        await Refused(405, client.PostAsync("/keys/k", new StringContent("v")));
        await Refused(404, client.GetAsync("/elsewhere"));
        await Refused(400, client.PutAsync("/grants/no%20name?prefix=", null));
        Assert.Equal(0, cache.Statistics("a")!.Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PutAsync("/keys/a%00b", new StringContent("v"))).StatusCode);
        // odd keys are keys like others
        foreach (var key in new[] { "%2e%2e%2fx", "%F0%9F%8D%9E", "a//b", "keys/keys/", "'; drop", new string('k', 1024) })
        {
            var put = await client.PutAsync("/keys/" + key, new StringContent(key));
            Assert.True(put.StatusCode == HttpStatusCode.NoContent, $"{put.StatusCode} for {key}");
            Assert.Equal(key, await client.GetStringAsync("/keys/" + key));
        }
    }

    [Fact]
    public async Task A_value_ends_with_its_life()
    {
        var cache = await Start();
        using var client = Client(cache, "a");
        Assert.Equal(HttpStatusCode.NoContent, (await Put(client, "Cache-Control", "max-age=60")).StatusCode);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("v", await client.GetStringAsync("/keys/k"));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/keys/k")).StatusCode);
    }

    [Fact]
    public async Task An_agent_that_fills_its_part_takes_nothing_of_another()
    {
        var cache = await Start();
        using var quiet = Client(cache, "quiet");
        using var greedy = Client(cache, "greedy");
        await quiet.PutAsync("/keys/mine", new StringContent("still here"));
        for (var i = 0; i < 200; i++) await greedy.PutAsync($"/keys/{i}", new ByteArrayContent(new byte[Options.LargestValue / 2]));
        Assert.True(cache.Statistics("greedy")!.Weight <= Options.PerAgent);
        Assert.Equal("still here", await quiet.GetStringAsync("/keys/mine"));
    }

    [Fact]
    public async Task Parts_go_to_so_many_agents_as_fit_and_an_unused_one_goes_first()
    {
        var cache = await Start();
        using var first = Client(cache, "first");
        using var second = Client(cache, "second");
        using var third = Client(cache, "third");
        await first.PutAsync("/keys/k", new StringContent("1"));
        await second.PutAsync("/keys/k", new StringContent("2"));
        await Refused(507, third.PutAsync("/keys/k", new StringContent("3")));
        _time.Advance(Options.Idle - TimeSpan.FromSeconds(1));
        Assert.Equal("2", await second.GetStringAsync("/keys/k"));
        await Refused(507, third.PutAsync("/keys/k", new StringContent("3")));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NoContent, (await third.PutAsync("/keys/k", new StringContent("3"))).StatusCode);
        Assert.Equal("2", await second.GetStringAsync("/keys/k"));
        Assert.Equal(["second", "third"], cache.Agents.Order());
    }

    [Fact]
    public async Task One_agents_many_requests_leave_others_served()
    {
        var cache = await Start();
        using var many = Client(cache, "many");
        using var other = Client(cache, "other");
        var held = Enumerable.Range(0, Options.RequestsAtOnce).Select(_ => new HeldContent()).ToList();
        var sent = held.Select((content, i) => many.PutAsync($"/keys/{i}", content)).ToList();
        await Task.WhenAll(held.Select(h => h.Begun)).WaitAsync(FakeNode.Patience);
        var end = Environment.TickCount64 + (long)FakeNode.Patience.TotalMilliseconds;
        while ((await many.GetAsync("/keys/x")).StatusCode != HttpStatusCode.TooManyRequests) Assert.True(Environment.TickCount64 < end, "never refused");
        Assert.Equal(HttpStatusCode.NoContent, (await other.PutAsync("/keys/k", new StringContent("v"))).StatusCode);
        held.ForEach(h => h.GoOn());
        Assert.All(await Task.WhenAll(sent), r => Assert.Equal(HttpStatusCode.NoContent, r.StatusCode));
        while ((await many.GetAsync("/keys/0")).StatusCode != HttpStatusCode.OK) Assert.True(Environment.TickCount64 < end, "still refused");
    }

    [Fact]
    public async Task Tokens_outlive_the_agent_and_a_socket_that_a_dead_one_left_is_replaced()
    {
        var first = await Start();
        var token = first.For("a")!.Value;
        using (var client = Client(first, "a")) await client.PutAsync("/keys/k", new StringContent("v"));
        await first.DisposeAsync();
        await File.WriteAllTextAsync(first.Socket, "left behind");
        var second = await Start();
        Assert.Equal(token, second.For("a")!.Value);
        using var again = Client(second, "a");
        Assert.Equal(HttpStatusCode.NotFound, (await again.GetAsync("/keys/k")).StatusCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_data, "nodes", "n1", "cache.key")));
    }

    [Fact]
    public async Task Where_it_cannot_be_there_is_a_reason_and_tasks_are_told_nothing()
    {
        var deep = Path.Combine(_data, new string('d', 120));
        var tooLong = new TaskCache("n1", deep, Path.Combine(deep, "nodes"), Options, _time);
        Assert.Contains("longer than", await tooLong.StartAsync(default), StringComparison.Ordinal);
        Assert.Null(tooLong.For("a"));
        var file = Path.Combine(_data, "file");
        await File.WriteAllTextAsync(file, "");
        var blocked = new TaskCache("n1", file, Path.Combine(_data, "nodes"), Options, _time);
        Assert.Contains(file, await blocked.StartAsync(default), StringComparison.Ordinal);
        var off = new TaskCache("n1", _data, Path.Combine(_data, "nodes"), Options with { Capacity = 0 }, _time);
        Assert.Equal("", await off.StartAsync(default));
        Assert.Null(off.For("a"));
        Assert.Throws<GranaryException>(() => new TaskCache("n1", _data, _data, Options with { PerAgent = 1 }, _time));
    }

    [Fact]
    public async Task Its_server_is_loaded_by_the_first_callers_and_whoever_comes_at_once_is_answered()
    {
        var idle = await Start();
        Assert.NotNull(idle.For("a"));
        await idle.DisposeAsync();
        Assert.False(idle.HasBeenAsked);
        Assert.False(File.Exists(idle.Socket));

        var cache = await Start();
        Assert.False(cache.HasBeenAsked);
        var clients = Enumerable.Range(0, 16).Select(i => Client(cache, $"a{i % 2}")).ToList();
        // one that says nothing and goes away is no caller that others wait for
        using (var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) await silent.ConnectAsync(new UnixDomainSocketEndPoint(cache.Socket));
        var answers = await Task.WhenAll(clients.Select(c => c.GetAsync("/keys/none")));
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests, $"{a.StatusCode}"));
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.NotFound);
        Assert.True(cache.HasBeenAsked);
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task A_task_is_told_where_it_is_and_by_which_token()
    {
        await using var harness = new AgentHarness();
        var cache = new TaskCache("n1", harness.Data, harness.Options.EffectiveNodeDirectory, Options, TimeProvider.System);
        harness.Options = harness.Options with { Cache = cache };
        await harness.StartAgent();
        var task = harness.Assign(AgentHarness.Script("test -S \"$GRANARY_CACHE\" && echo \"$GRANARY_CACHE_TOKEN\""));
        var end = await harness.Run(task);
        Assert.Equal(0, end.Code);
        Assert.Equal(cache.For("a")!.Value.Token, harness.Output(task.Lease).Trim());
    }

    [Fact]
    public async Task Its_counts_are_metrics_of_the_node_while_the_agent_has_a_part()
    {
        var cache = await Start();
        var (row, source) = (new SampleRow(), new TaskCacheSource(cache));
        using var client = Client(cache, "a");
        await client.PutAsync("/keys/k", new StringContent("v"));
        source.Sample(row, 1);
        await client.GetAsync("/keys/k");
        await client.GetAsync("/keys/k");
        await client.GetAsync("/keys/none");
        source.Sample(row, 1);
        Assert.Equal((1, 3, 0.6667), (Value("cache.entries/a"), Value("cache.requests/a"), Math.Round(Value("cache.hit_ratio/a"), 4)));
        Assert.True(Value("cache.used/a") > 0);
        source.Dispose();
        Assert.All(row.Names.ToArray(), Assert.Null);

        double Value(string metric) => row.Values[row.Names.IndexOf(metric)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened) await opened.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static TaskCacheOptions Options => new() { Capacity = 128 * 1024, PerAgent = 64 * 1024, RequestsAtOnce = 3 };

    private async Task<TaskCache> Start()
    {
        var cache = new TaskCache("n1", _data, Path.Combine(_data, "nodes", "n1"), Options, _time);
        _opened.Add(cache);
        Assert.Equal("", await cache.StartAsync(default));
        return cache;
    }

    private static HttpClient Client(TaskCache cache, string? agent)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(cache.Socket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://cache"), Timeout = FakeNode.Patience };
        if (agent is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cache.For(agent)!.Value.Token);
        return client;
    }

    private static Task<HttpResponseMessage> Put(HttpClient client, string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/keys/k") { Content = new StringContent("v") };
        request.Headers.TryAddWithoutValidation(header, value);
        return client.SendAsync(request);
    }

    private static async Task Refused(int status, Task<HttpResponseMessage> sent)
    {
        var reply = await sent;
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True((int)reply.StatusCode == status, $"{(int)reply.StatusCode} instead of {status}: {text}");
        Assert.Single(text.TrimEnd('\n').Split('\n'));
        Assert.NotEmpty(text.Trim());
    }

    /// <summary>A body whose end comes when the test says so.</summary>
    private sealed class HeldContent : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void GoOn() => _goOn.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[12 * 1024]); // enough of a rate for as long as the test has patience
            await stream.FlushAsync();
            _begun.TrySetResult();
            await _goOn.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Zeros, a byte more than the limit; of unknown length.</summary>
    private sealed class Unmeasured : MemoryStream
    {
        private long _left = Options.LargestValue + 1;

        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var n = (int)Math.Min(buffer.Length, _left);
            _left -= n;
            return new(n);
        }
    }
}
