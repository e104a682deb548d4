using Granary.Abstractions;
using Granary.Model;
using Granary.Rest.Events;
using Granary.Rest.Tests.Fakes;

namespace Granary.Rest.Tests;

public sealed class EventTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Changes_come_as_events_with_an_id_to_go_on_from()
    {
        await using var server = await Filled();
        var pool = server.Cluster.Pools["default"];
        string last;
        await using (var events = await Listen(server, "/api/events"))
        {
            var hello = await events.Next();
            Assert.Equal(("hello", """{"pools":["default"]}""", "default:1"), (hello.Type, hello.Data, hello.Id));
            pool.Change(1, t => t with { State = TaskState.Running, Node = "n1", Attempt = 1 });
            var change = await events.Next();
            Assert.Equal("task", change.Type);
            Assert.Equal("""{"id":"default/1","pool":"default","agent":"a","name":null,"state":"Running","reason":null,"node":"n1","attempt":1,"at":"2026-01-31T12:00:00.000Z","exit_code":null}""", change.Data);
            Assert.Equal("default:2", last = change.Id);
        }
        // Nobody listens now; what happens meanwhile comes after the break.
        pool.Change(1, t => t with { State = TaskState.Succeeded });
        await using var again = await Listen(server, "/api/events", ("Last-Event-ID", last));
        Assert.Equal("hello", (await again.Next()).Type);
        var missed = await again.Next();
        Assert.Contains("\"state\":\"Succeeded\"", missed.Data);
        Assert.Equal("default:3", missed.Id);
    }

    [Fact]
    public async Task A_cursor_that_is_too_old_gets_a_gap()
    {
        await using var server = await Filled();
        var pool = server.Cluster.Pools["default"];
        for (var i = 0; i < 5; i++) pool.Change(1, t => t with { Attempt = t.Attempt + 1 });
        pool.Forgotten = 3;
        await using var events = await Listen(server, "/api/events?last_event_id=default:2");
        await events.Next();
        Assert.Equal(("gap", """{"pool":"default"}"""), await events.Next() is var gap ? (gap.Type, gap.Data) : default);
        pool.Change(2, t => t with { State = TaskState.Running });
        Assert.Contains("default/2", (await events.Next()).Data);
    }

    [Fact]
    public async Task Only_the_last_event_of_a_batch_has_the_id()
    {
        await using var server = await Filled();
        var pool = server.Cluster.Pools["default"];
        for (var i = 0; i < 3; i++) pool.Change(1, t => t with { Attempt = t.Attempt + 1 });
        await using var events = await Listen(server, "/api/events", ("Last-Event-ID", "default:1"));
        await events.Next();
        Assert.Equal(["", "", "default:4"], [(await events.Next()).Id, (await events.Next()).Id, (await events.Next()).Id]);
    }

    [Fact]
    public async Task Filters_by_agent_and_pool()
    {
        await using var server = await Filled();
        server.Cluster.Declare("gpu").Tasks.Add(new() { Id = new("gpu", 1), Spec = new() { Agent = "b" }, State = TaskState.Queued });
        await using var events = await Listen(server, "/api/events?agent=b&pool=gpu");
        Assert.Equal("""{"pools":["gpu"]}""", (await events.Next()).Data);
        server.Cluster.Pools["default"].Change(2, t => t with { State = TaskState.Running });
        server.Cluster.Pools["gpu"].Change(1, t => t with { State = TaskState.Running });
        Assert.Contains("gpu/1", (await events.Next()).Data);
    }

    [Fact]
    public async Task A_quiet_stream_says_that_it_lives_and_takes_in_new_pools()
    {
        await using var server = await Filled(new() { KeepAlive = TimeSpan.FromMilliseconds(20) });
        await using var events = await Listen(server, "/api/events");
        await events.Next();
        await events.Comment();
        var pool = server.Cluster.Declare("new");
        pool.Tasks.Add(new() { Id = new("new", 1), Spec = new() { Agent = "b" }, State = TaskState.Queued });
        // Two more rounds of the keep-alive at most, and the new pool is polled.
        await events.Comment();
        await pool.Watched.Task.WaitAsync(Soon);
        pool.Change(1, t => t with { State = TaskState.Running });
        Assert.Contains("new/1", (await events.Next()).Data);
    }

    private static readonly NodeAnomaly Busy = new("cpu", "ratio", DateTimeOffset.UnixEpoch.AddHours(1), TimeSpan.FromMinutes(1), 0.95, 0.2, 0.95, "jump", 0.9999, 0.0001, "95% after 20%");

    [Fact]
    public async Task Anomalies_of_nodes_come_among_the_changes_with_a_place_of_their_own_in_the_id()
    {
        await using var server = await Filled();
        var (pool, monitor) = (server.Cluster.Pools["default"], server.Cluster.Monitor);
        string last;
        await using (var events = await Listen(server, "/api/events"))
        {
            await events.Next();
            monitor.Find("n1", Busy);
            var told = await events.Next();
            Assert.Equal(("anomaly", "@anomalies:1,default:1"), (told.Type, told.Id));
            Assert.Equal("""{"node":"n1","anomaly":{"metric":"cpu","unit":"ratio","at":"1970-01-01T01:00:00.000Z","value":0.95,"expected":0.2,"seen":0.95,"view":"jump","score":0.9999,"probability":0.0001,"why":"95% after 20%"}}""", told.Data);
            pool.Change(1, t => t with { State = TaskState.Running });
            var change = await events.Next();
            Assert.Equal(("task", "@anomalies:1,default:2"), (change.Type, last = change.Id));
        }
        monitor.Find("n2", Busy);
        monitor.Find("n3", Busy);
        await using (var again = await Listen(server, "/api/events", ("Last-Event-ID", last)))
        {
            await again.Next();
            var (second, third) = (await again.Next(), await again.Next());
            Assert.Contains("\"n2\"", second.Data, StringComparison.Ordinal);
            Assert.Contains("\"n3\"", third.Data, StringComparison.Ordinal);
            Assert.Equal(("", "@anomalies:3,default:2"), (second.Id, third.Id)); // a break inside the batch repeats it
        }
        monitor.Forgotten = 3;
        await using var late = await Listen(server, "/api/events", ("Last-Event-ID", last));
        await late.Next();
        Assert.Equal(("gap", """{"anomalies":true}"""), await late.Next() is var gap ? (gap.Type, gap.Data) : default);
    }

    [Fact]
    public async Task Who_watches_a_pool_or_an_agent_hears_of_no_node_and_a_monitor_that_fails_holds_nothing_up()
    {
        await using var server = await Filled();
        var (pool, monitor) = (server.Cluster.Pools["default"], server.Cluster.Monitor);
        foreach (var path in (string[])["/api/events?pool=default", "/api/events?agent=a"])
        {
            await using var events = await Listen(server, path);
            await events.Next();
            monitor.Find("n1", Busy);
            pool.Change(1, t => t with { Attempt = t.Attempt + 1 });
            Assert.Equal("task", (await events.Next()).Type);
        }
        monitor.FailNextWatch = GranaryException.Unavailable("the monitor moves");
        await using var all = await Listen(server, "/api/events");
        Assert.Equal("hello", (await all.Next()).Type);
        pool.Change(1, t => t with { Attempt = t.Attempt + 1 });
        Assert.Equal("task", (await Skipping("anomaly", all)).Type);
        monitor.Find("n9", Busy);
        while (!(await all.Next()).Data.Contains("\"n9\"", StringComparison.Ordinal))
        {
            // those of before, since where it began is not known
        }
    }

    private static async Task<(string Type, string Data, string Id)> Skipping(string type, EventReader events)
    {
        while (true)
            if (await events.Next() is var next && next.Type != type) return next;
    }

    [Theory]
    [InlineData("/api/events?pool=nowhere", 404, "no pool is named 'nowhere'")]
    [InlineData("/api/events?last_event_id=what", 400, "not an id that this server sent")]
    [InlineData("/api/events?last_event_id=@nodes:1", 400, "not an id that this server sent")]
    [InlineData("/api/events?last_event_id=default:-1", 400, "not an id that this server sent")]
    [InlineData("/api/events?kind=x", 400, "unknown query parameter")]
    public async Task Bad_requests_are_refused_before_the_stream_begins(string path, int status, string expected) =>
        Assert.Contains(expected, await (await Filled()).Get(path).Problem(status));

    [Fact]
    public async Task Streams_are_bounded_and_give_their_place_back()
    {
        await using var server = await Filled(new() { MaxStreams = 1 });
        await using (var events = await Listen(server, "/api/events"))
        {
            await events.Next();
            Assert.Contains("the most at one time", await server.Get("/api/events").Problem(429));
        }
        var streams = (OpenStreams)server.Services.GetService(typeof(OpenStreams))!;
        Assert.True(SpinWait.SpinUntil(() => streams.Count == 0, Soon));
        await using var next = await Listen(server, "/api/events");
        await next.Next();
    }

    [Fact]
    public async Task Streams_end_when_the_server_stops()
    {
        var server = await Filled(socket: true);
        await using var events = await Listen(server, "/api/events");
        await events.Next();
        var stopped = server.DisposeAsync().AsTask();
        await stopped.WaitAsync(Soon);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("default:42", "default:42")]
    [InlineData("gpu:7,default:42", "default:42,gpu:7")]
    [InlineData("gpu:7,@anomalies:3", "@anomalies:3,gpu:7")]
    public void A_cursor_is_written_as_it_is_read(string text, string expected) => Assert.Equal(expected, EventCursor.Parse(text).ToString());

    private static Task<EventReader> Listen(RestServer server, string path, params (string, string)[] headers) => EventReader.Open(server.Client, path, headers);

    private static async Task<RestServer> Filled(RestOptions? options = null, bool socket = false)
    {
        var server = await RestServer.Start(options, socket);
        for (var n = 1; n <= 2; n++)
            server.Cluster.Pools["default"].Tasks.Add(new() { Id = new("default", n), Spec = new() { Agent = "a" }, State = TaskState.Queued });
        return server;
    }
}
