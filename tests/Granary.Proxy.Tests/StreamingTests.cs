using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Granary.Abstractions;
using Granary.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Granary.Proxy.Tests;

/// <summary>What goes on for long, both ways, and how it ends.</summary>
public sealed class StreamingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Events_come_one_by_one_and_not_at_the_end()
    {
        using var next = new SemaphoreSlim(0);
        await using var backend = await WebBackend.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                Assert.True(await next.WaitAsync(Patience)); // until the test has seen it
            }
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var answer = await proxy.Client.GetAsync("/services/s/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"data: {i}", await lines.ReadLineAsync().WaitAsync(Patience));
            Assert.Equal("", await lines.ReadLineAsync().WaitAsync(Patience));
            next.Release();
        }
        Assert.Null(await lines.ReadLineAsync().WaitAsync(Patience));
        await proxy.AssertIdleAsync("s");
    }

    [Fact]
    public async Task A_body_goes_chunk_by_chunk_as_it_comes()
    {
        var come = new StringBuilder();
        using var more = new SemaphoreSlim(0);
        await using var backend = await WebBackend.StartAsync(async context =>
        {
            var buffer = new byte[1024];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0; more.Release()) come.Append(Encoding.ASCII.GetString(buffer, 0, read));
            await context.Response.WriteAsync(come.ToString());
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, proxy.Address.Port);
        await using var wire = new NetworkStream(socket);
        await wire.WriteAsync("POST /services/s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        var seen = new StringBuilder();
        var buffer = new byte[1024];
        foreach (var part in new[] { "first", "second", "third" })
        {
            await wire.WriteAsync(Encoding.ASCII.GetBytes($"{part.Length}\r\n{part}\r\n"));
            do Assert.True(await more.WaitAsync(Patience), part); // it is there before the next is sent
            while (!come.ToString().EndsWith(part, StringComparison.Ordinal));
        }
        await wire.WriteAsync("0\r\n\r\n"u8.ToArray());
        while (!seen.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)) seen.Append(Encoding.ASCII.GetString(buffer, 0, await wire.ReadAsync(buffer).AsTask().WaitAsync(Patience)));
        Assert.StartsWith("HTTP/1.1 200", seen.ToString(), StringComparison.Ordinal);
        Assert.Contains("firstsecondthird", seen.ToString(), StringComparison.Ordinal);
        await proxy.AssertIdleAsync("s");
    }

    [Fact]
    public async Task WebSockets_go_both_ways_and_close_in_order()
    {
        await using var backend = await WebBackend.StartAsync(EchoSocketAsync);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("talk");
        await socket.ConnectAsync(new Uri($"ws://{proxy.Address.Authority}/services/s/ws?x=1"), default).WaitAsync(Patience);
        Assert.Equal("talk", socket.SubProtocol);
        var big = new byte[200_000];
        Random.Shared.NextBytes(big);
        foreach (var message in new[] { "hello"u8.ToArray(), big, [] })
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, default);
            var back = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer, default).WaitAsync(Patience);
                back.Write(buffer, 0, got.Count);
                if (got.EndOfMessage) break;
            }
            Assert.Equal(message, back.ToArray());
        }
        Assert.Equal(1, proxy.Catalog.Find("s")!.Open);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", default).WaitAsync(Patience);
        Assert.Equal(("done", WebSocketCloseStatus.NormalClosure), (socket.CloseStatusDescription, socket.CloseStatus));
        await proxy.AssertIdleAsync("s");
    }

    [Fact]
    public async Task A_page_of_another_site_opens_no_WebSocket()
    {
        await using var backend = await WebBackend.StartAsync(EchoSocketAsync);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://evil.example");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{proxy.Address.Authority}/services/s"), default).WaitAsync(Patience));
        using var get = new HttpRequestMessage(HttpMethod.Get, "/services/s");
        get.Headers.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await proxy.Client.SendAsync(get)).StatusCode);
        Assert.Equal(0, backend.Requests);
    }

    [Fact]
    public async Task A_WebSocket_whose_backend_dies_ends_at_the_caller()
    {
        await using var proxy = await ProxyServer.StartAsync();
        using var socket = new ClientWebSocket();
        await using (var backend = await WebBackend.StartAsync(EchoSocketAsync))
        {
            await proxy.DeclareAsync("s", backend.Address);
            await socket.ConnectAsync(new Uri($"ws://{proxy.Address.Authority}/services/s"), default).WaitAsync(Patience);
        }
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(new byte[16], default).WaitAsync(Patience));
        await proxy.AssertIdleAsync("s");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_that_leaves_ends_the_call_of_the_backend(bool afterHeaders)
    {
        var (begun, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var backend = await WebBackend.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => left.TrySetResult());
            if (afterHeaders) await context.Response.Body.FlushAsync();
            begun.TrySetResult();
            await left.Task;
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var leave = new CancellationTokenSource();
        var call = proxy.Client.GetAsync("/services/s", afterHeaders ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, leave.Token);
        await begun.Task.WaitAsync(Patience);
        if (afterHeaders) (await call).Dispose();
        else
        {
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        await left.Task.WaitAsync(Patience);
        await proxy.AssertIdleAsync("s");
        // it says nothing against the backend
        Assert.Equal([("b1", BackendState.Ready)], proxy.Catalog.Of("s").Select(b => (b.Backend, b.State)));
    }

    [Fact]
    public async Task Streams_end_when_the_server_stops()
    {
        await using var backend = await WebBackend.StartAsync(EchoSocketAsync);
        var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{proxy.Address.Authority}/services/s"), default).WaitAsync(Patience);
        var receiving = socket.ReceiveAsync(new byte[16], default);
        await proxy.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)); // well below the 30 s that a host waits
        await Assert.ThrowsAsync<WebSocketException>(() => receiving.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_is_quiet_for_too_long_is_ended()
    {
        await using var backend = await WebBackend.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { IdleTimeout = TimeSpan.FromSeconds(1) }, backend.Address);
        using var answer = await proxy.Client.GetAsync("/services/s", HttpCompletionOption.ResponseHeadersRead);
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null).WaitAsync(Patience));
        await proxy.AssertIdleAsync("s");
    }

    private static async Task EchoSocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        var buffer = new byte[32 * 1024];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer, default);
                if (got.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, default);
            }
            await socket.CloseOutputAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, default);
        }
        catch (WebSocketException)
        {
            // the other end is gone
        }
    }
}
