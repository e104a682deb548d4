using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Proxy.Tests.Support;

/// <summary>A sound backend: Kestrel on a free port of 127.0.0.1.</summary>
internal sealed class WebBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private WebBackend(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<WebBackend> StartAsync(RequestDelegate handle, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, l => l.Protocols = protocols);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var app = builder.Build();
        var backend = new WebBackend(app);
        app.UseWebSockets();
        app.Run(context =>
        {
            Interlocked.Increment(ref backend._requests);
            return handle(context);
        });
        await app.StartAsync();
        return backend;
    }

    /// <summary>Answers with a name.</summary>
    public static Task<WebBackend> NamedAsync(string name) => StartAsync(context => context.Response.WriteAsync(name));

    public async ValueTask DisposeAsync()
    {
        using var at = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(at.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>A backend that does with each connection what a test says, HTTP or not.</summary>
internal sealed class RawBackend : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly Func<Socket, CancellationToken, Task> _play;
    private readonly Task _accepting;
    private int _connections;
    private bool _disposed;

    public RawBackend(Func<Socket, CancellationToken, Task> play)
    {
        _play = play;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Reads a request's head and sends these bytes, then closes in order.</summary>
    public static RawBackend Answering(string answer) => new(async (socket, over) =>
    {
        await HeadAsync(socket, over);
        await socket.SendAsync(Encoding.Latin1.GetBytes(answer), over);
        socket.Shutdown(SocketShutdown.Send);
        await DrainAsync(socket, over);
    });

    public static async Task<string> HeadAsync(Socket socket, CancellationToken over)
    {
        var (text, one) = (new StringBuilder(), new byte[1]);
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one, over) > 0) text.Append((char)one[0]);
        return text.ToString();
    }

    public static async Task DrainAsync(Socket socket, CancellationToken over)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, over) > 0)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await _over.CancelAsync();
        _listener.Stop();
        await _accepting;
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        var playing = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_over.Token);
                Interlocked.Increment(ref _connections);
                playing.Add(PlayAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(playing);
        }
    }

    private async Task PlayAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await _play(socket, _over.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // the proxy or the test has ended it
            }
        }
    }
}
