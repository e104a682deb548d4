using System.Net;
using System.Net.Sockets;

namespace Granary.Benchmarks.Execution;

/// <summary>Answers every connection on loopback with one small reply, and closes it: as cheap as a server can be.</summary>
internal sealed class LocalHttp : IDisposable
{
    private static readonly byte[] Reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nok"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LocalHttp()
    {
        _listener.Start(512);
        Url = FormattableString.Invariant($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    public string Url { get; }

    /// <summary>Calls a second by a plain client, a connection each, so many at a time.</summary>
    public async Task<double> PlainAsync(int count, int slots)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
        var left = count;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, slots).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0) await client.GetByteArrayAsync(Url);
        }));
        return count / clock.Elapsed.TotalSeconds;
    }

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private static async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var (buffer, text) = (new byte[4096], 0);
                while (buffer.AsSpan(0, text).IndexOf("\r\n\r\n"u8) < 0 && await socket.ReceiveAsync(buffer.AsMemory(text)) is > 0 and var got) text += got;
                await socket.SendAsync(Reply);
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // whoever called is gone
            }
        }
    }
}
