using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Granary.Abstractions;
using Granary.Model;
using Granary.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Granary.Proxy.Tests;

/// <summary>Backends that speak HTTP/2, and what goes both ways at once over it.</summary>
public sealed class Http2Tests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_and_answers_alternate_on_one_stream_and_trailers_come_last()
    {
        await using var backend = await WebBackend.StartAsync(EchoAsync, HttpProtocols.Http2);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("rpc"), backend.Address);
        using var client = Client(proxy);
        await using var call = await Call.BeginAsync(client, "/services/rpc/echo.Echo/Both");
        Assert.Equal(HttpStatusCode.OK, call.Answer.StatusCode);
        Assert.Equal(HttpVersion.Version20, call.Answer.Version);
        Assert.Equal("trailers", Assert.Single(call.Answer.Headers.GetValues("x-te")));
        foreach (var word in (string[])["one", "two", "three"])
        {
            await call.SendAsync(word); // the next is sent only when the last has come back
            Assert.Equal(word.ToUpperInvariant(), await call.ReceiveAsync());
        }
        call.Complete();
        Assert.Null(await call.ReceiveAsync());
        Assert.Equal("0", Assert.Single(call.Answer.TrailingHeaders.GetValues("grpc-status")));
        await proxy.AssertIdleAsync("rpc");
        Assert.Single(proxy.Catalog.Of("rpc"), s => s.LatencyMs > 0);
    }

    [Fact]
    public async Task Many_streams_share_a_backend_and_each_gets_its_own()
    {
        await using var backend = await WebBackend.StartAsync(EchoAsync, HttpProtocols.Http2);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("rpc"), backend.Address);
        using var client = Client(proxy);
        // more than the 100 that a connection of Kestrel's carries
        await Parallel.ForAsync(0, 150, new ParallelOptions { MaxDegreeOfParallelism = 150 }, async (i, _) =>
        {
            await using var call = await Call.BeginAsync(client, "/services/rpc/echo.Echo/Both");
            await call.SendAsync($"m{i}");
            Assert.Equal($"M{i}", await call.ReceiveAsync());
            call.Complete();
            Assert.Null(await call.ReceiveAsync());
        });
        Assert.Equal(150, backend.Requests);
        await proxy.AssertIdleAsync("rpc");
    }

    [Fact]
    public async Task A_caller_of_HTTP_1_reaches_a_backend_of_HTTP_2_and_the_other_way_round()
    {
        await using var newer = await WebBackend.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol), HttpProtocols.Http2);
        await using var older = await WebBackend.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol));
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("newer"), newer.Address);
        await proxy.DeclareAsync("older", older.Address);
        using var client = Client(proxy);
        Assert.Equal("HTTP/2", await proxy.Client.GetStringAsync("/services/newer"));
        Assert.Equal("HTTP/1.1", await client.GetStringAsync("/services/older"));
        Assert.Equal("HTTP/2", await client.GetStringAsync("/services/newer"));
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_the_stream_at_the_backend()
    {
        var left = new TaskCompletionSource();
        await using var backend = await WebBackend.StartAsync(
            async context =>
            {
                context.RequestAborted.Register(left.SetResult);
                await EchoAsync(context);
            },
            HttpProtocols.Http2);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("rpc"), backend.Address);
        using var client = Client(proxy);
        await using (var call = await Call.BeginAsync(client, "/services/rpc/echo.Echo/Both"))
        {
            await call.SendAsync("one");
            Assert.Equal("ONE", await call.ReceiveAsync());
        }
        await left.Task.WaitAsync(Patience);
        await proxy.AssertIdleAsync("rpc");
        Assert.Single(proxy.Catalog.Of("rpc"), s => s.State == BackendState.Ready);
    }

    [Fact]
    public async Task A_stream_that_its_backend_breaks_off_breaks_off_for_the_caller()
    {
        await using var backend = await WebBackend.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("half");
                await context.Response.Body.FlushAsync();
                Assert.True(await context.Request.Body.ReadAsync(new byte[100]) > 0);
                context.Abort();
            },
            HttpProtocols.Http2);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("rpc"), backend.Address);
        using var client = Client(proxy);
        await using var call = await Call.BeginAsync(client, "/services/rpc/echo.Echo/Both");
        Assert.Equal("half", await call.ReceiveAsync());
        await call.SendAsync("go");
        await Assert.ThrowsAnyAsync<IOException>(() => call.ReceiveAsync());
        await proxy.AssertIdleAsync("rpc");
    }

    [Fact]
    public async Task A_backend_that_speaks_HTTP_1_where_2_was_said_is_an_error_that_names_the_setting()
    {
        await using var backend = await WebBackend.StartAsync(context => context.Response.WriteAsync("never"));
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("s"), backend.Address);
        using var answer = await proxy.Client.GetAsync("/services/s");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("protocol to http1", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, backend.Requests);
    }

    [Fact]
    public async Task A_backend_that_speaks_HTTP_2_where_1_was_said_is_an_error_that_names_the_setting()
    {
        await using var backend = new RawBackend(async (socket, over) =>
        {
            // SETTINGS with 10 streams at once, then GOAWAY for what is no preface: PROTOCOL_ERROR (RFC 9113, 3.4)
            await socket.SendAsync(new byte[] { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 10, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, over);
            socket.Shutdown(SocketShutdown.Send);
            await RawBackend.DrainAsync(socket, over);
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", backend.Address);
        using var answer = await proxy.Client.GetAsync("/services/s");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("protocol to http2", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_speak_as_the_service_says()
    {
        await using var backend = await WebBackend.StartAsync(context => context.Response.WriteAsync("well"), HttpProtocols.Http2);
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(Speaking("rpc") with { Probe = new ServiceProbe("/health", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), Unhealthy: 1) }, backend.Address);
        await Until.TrueAsync(() => backend.Requests >= 3, "the backend is not asked");
        Assert.Single(proxy.Catalog.Of("rpc"), s => s.Healthy == true);
    }

    private static ServiceSpec Speaking(string name) => ProxyServer.Spec(name) with { Protocol = ServiceProtocol.Http2 };

    private static HttpClient Client(ProxyServer proxy) => new(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })
    {
        BaseAddress = proxy.Http2Address,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Patience,
    };

    /// <summary>As a method of gRPC that streams both ways: begins to answer at once, then sends each piece back in capitals, then trailers.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["x-te"] = context.Request.Headers.TE;
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        var buffer = new byte[1024];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
        {
            await context.Response.WriteAsync(Encoding.ASCII.GetString(buffer, 0, read).ToUpperInvariant());
            await context.Response.Body.FlushAsync();
        }
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>A request whose body is written while its answer is read.</summary>
    private sealed class Call : IAsyncDisposable
    {
        private readonly Channel<string> _sent = Channel.CreateUnbounded<string>();
        private readonly byte[] _buffer = new byte[1024];
        private readonly CancellationTokenSource _over = new();
        private Stream? _body;

        public HttpResponseMessage Answer { get; private set; } = null!;

        public static async Task<Call> BeginAsync(HttpClient client, string path)
        {
            var call = new Call();
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new Sent(call) };
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            call.Answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, call._over.Token).WaitAsync(Patience);
            call._body = await call.Answer.Content.ReadAsStreamAsync();
            return call;
        }

        public ValueTask SendAsync(string text) => _sent.Writer.WriteAsync(text);

        public void Complete() => _sent.Writer.Complete();

        /// <summary>Null at the end.</summary>
        public async Task<string?> ReceiveAsync() => await _body!.ReadAsync(_buffer).AsTask().WaitAsync(Patience) is > 0 and var read ? Encoding.ASCII.GetString(_buffer, 0, read) : null;

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            Answer.Dispose();
            _over.Dispose();
        }

        private sealed class Sent : HttpContent
        {
            private readonly Call _call;

            public Sent(Call call)
            {
                _call = call;
                Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            }

            protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

            protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
            {
                await stream.FlushAsync(cancellationToken);
                await foreach (var text in _call._sent.Reader.ReadAllAsync(cancellationToken))
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
                    await stream.FlushAsync(cancellationToken);
                }
            }

            protected override bool TryComputeLength(out long length)
            {
                length = 0;
                return false;
            }
        }
    }
}
