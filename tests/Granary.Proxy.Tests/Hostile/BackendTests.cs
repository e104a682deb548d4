using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Proxy.Tests.Support;

namespace Granary.Proxy.Tests.Hostile;

/// <summary>Backends that answer garbage, half an answer, too much, too late or not at all: an error in one line or an end that can be seen, nothing left behind, and the next request is served.</summary>
public sealed class BackendTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string, int, string> Answers => new()
    {
        { "garbage", "\0\u0001\u0002 nonsense\r\n\r\n", 502, "no HTTP" },
        { "another protocol", "SSH-2.0-OpenSSH_9.2\r\n", 502, "no HTTP" },
        { "no status", "HTTP/1.1 \r\n\r\n", 502, "no HTTP" },
        { "a status of letters", "HTTP/1.1 abc OK\r\n\r\n", 502, "no HTTP" },
        { "a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", 502, "no HTTP" },
        { "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 502, "" },
        { "a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 502, "" },
        { "nothing", "", 502, "closed the connection" },
        { "half a status line", "HTTP/1.1 20", 502, "" },
        { "half of the headers", "HTTP/1.1 200 OK\r\nContent-Ty", 502, "closed the connection" },
        { "headers beyond the limit", "HTTP/1.1 200 OK\r\nX-Big: " + new string('x', 64 * 1024) + "\r\n\r\n", 502, "more headers" },
        { "headers without end", "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"X-{i}: 1\r\n")), 502, "more headers" },
        { "an upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", 502, "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_is_no_answer_is_an_error_in_one_line(string what, string answer, int status, string told)
    {
        await using var bad = RawBackend.Answering(answer);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Attempts = 1 }, bad.Address);
        using var reply = await proxy.Client.GetAsync("/services/s").WaitAsync(Patience);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(status == (int)reply.StatusCode, $"{what}: {(int)reply.StatusCode} {text}");
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType!.MediaType);
        Assert.Contains("backend 'b1' of service 's' ", text, StringComparison.Ordinal);
        Assert.Contains(told, text, StringComparison.Ordinal);
        Assert.DoesNotContain(bad.Address.Authority, text, StringComparison.Ordinal); // where it is does not concern the caller
        await ServesAsync(proxy);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\nZZ\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx")]
    public async Task Half_an_answer_never_looks_like_a_whole_one(string answer)
    {
        await using var bad = RawBackend.Answering(answer);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Attempts = 1 }, bad.Address);
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var reply = await proxy.Client.GetAsync("/services/s").WaitAsync(Patience);
            if (!reply.IsSuccessStatusCode) throw new HttpRequestException($"{reply.StatusCode}");
        });
        Assert.Equal(1, bad.Connections);
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_an_answer_is_seen_by_the_caller()
    {
        await using var bad = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n"u8.ToArray(), over);
            await RawBackend.HeadAsync(socket, over); // until the caller has seen it and the test says so
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", bad.Address);
        using var reply = await proxy.Client.GetAsync("/services/s", HttpCompletionOption.ResponseHeadersRead);
        var stream = await reply.Content.ReadAsStreamAsync();
        var seen = new byte[5];
        await stream.ReadExactlyAsync(seen).AsTask().WaitAsync(Patience);
        Assert.Equal("whole", Encoding.ASCII.GetString(seen));
        await bad.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(seen).AsTask().WaitAsync(Patience));
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task A_reset_instead_of_an_answer_is_an_error()
    {
        await using var bad = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            socket.LingerState = new LingerOption(true, 0);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Attempts = 1 }, bad.Address);
        Assert.Equal(HttpStatusCode.BadGateway, (await proxy.Client.GetAsync("/services/s").WaitAsync(Patience)).StatusCode);
        await ServesAsync(proxy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ")]
    public async Task One_that_hangs_is_given_up_after_the_services_time(string begun)
    {
        await using var bad = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            if (begun.Length > 0) await socket.SendAsync(Encoding.ASCII.GetBytes(begun), over);
            await RawBackend.DrainAsync(socket, over);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Timeout = TimeSpan.FromMilliseconds(200) }, bad.Address);
        using var reply = await proxy.Client.GetAsync("/services/s").WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.GatewayTimeout, reply.StatusCode);
        Assert.Contains("did not begin to answer within 200ms", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task One_that_takes_a_body_and_never_reads_it_to_the_end_is_given_up_too()
    {
        await using var bad = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            await Task.Delay(Timeout.Infinite, over);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Timeout = TimeSpan.FromMilliseconds(300) }, bad.Address);
        using var reply = await proxy.Client.PostAsync("/services/s", new ByteArrayContent(new byte[30_000_000])).WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.GatewayTimeout, reply.StatusCode);
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task An_answer_that_drips_comes_whole_where_each_wait_is_short_enough()
    {
        await using var slow = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            foreach (var one in "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + new string('x', 300))
            {
                await socket.SendAsync(new[] { (byte)one }, over);
                await drip.WaitForNextTickAsync(over);
            }
            await RawBackend.DrainAsync(socket, over);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", slow.Address);
        Assert.Equal(new string('x', 300), await proxy.Client.GetStringAsync("/services/s").WaitAsync(Patience));
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task What_comes_after_an_answer_is_no_part_of_the_next()
    {
        // the second answer is there before anybody has asked for it
        await using var bad = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nAHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"u8.ToArray(), over);
            await RawBackend.DrainAsync(socket, over);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", bad.Address);
        for (var i = 0; i < 5; i++) Assert.Equal("A", await proxy.Client.GetStringAsync("/services/s").WaitAsync(Patience));
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task An_answer_without_end_stops_with_its_caller()
    {
        await using var bad = new RawBackend(async (socket, over) =>
        {
            await RawBackend.HeadAsync(socket, over);
            await socket.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), over);
            var chunk = new byte[64 * 1024];
            while (true) await socket.SendAsync(chunk, over);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", bad.Address);
        var before = GC.GetTotalMemory(true);
        using (var reply = await proxy.Client.GetAsync("/services/s", HttpCompletionOption.ResponseHeadersRead))
        {
            var stream = await reply.Content.ReadAsStreamAsync();
            var buffer = new byte[64 * 1024];
            for (long read = 0; read < 100_000_000;) read += await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
        }
        await proxy.AssertIdleAsync("s");
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 20_000_000);
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task An_upgrade_that_breaks_off_at_once_leaves_nothing_behind()
    {
        await using var bad = RawBackend.Answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n\u0000\u0001garbage");
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", bad.Address);
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{proxy.Address.Authority}/services/s"), default).WaitAsync(Patience));
        await proxy.AssertIdleAsync("s");
        await ServesAsync(proxy);
    }

    [Fact]
    public async Task A_thousand_bad_answers_cost_no_connection_and_no_place()
    {
        var kinds = new[] { "", "garbage", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" };
        var backends = kinds.Select(RawBackend.Answering).ToArray();
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { PassiveChecks = false, Algorithm = Model.ServiceAlgorithm.RoundRobin }, [.. backends.Select(b => b.Address)]);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, cancel) =>
        {
            try
            {
                using var reply = await proxy.Client.GetAsync("/services/s", cancel).WaitAsync(Patience, cancel);
                Assert.True((int)reply.StatusCode is 502 or 503, $"{reply.StatusCode}");
            }
            catch (HttpRequestException)
            {
                // half an answer
            }
        });
        await proxy.AssertIdleAsync("s");
        await ServesAsync(proxy);
        foreach (var backend in backends) await backend.DisposeAsync();
    }

    /// <summary>Another service is served as ever, and of the first nothing is under way.</summary>
    private static async Task ServesAsync(ProxyServer proxy)
    {
        await proxy.AssertIdleAsync("s");
        await using var good = await WebBackend.NamedAsync("good");
        await proxy.DeclareAsync("good", good.Address);
        Assert.Equal("good", await proxy.Client.GetStringAsync("/services/good").WaitAsync(Patience));
    }
}
