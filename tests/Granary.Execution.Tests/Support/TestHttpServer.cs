using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Granary.Execution.Tests.Support;

/// <summary>What a call looked like.</summary>
internal sealed record TestHttpRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A server on loopback that answers as its paths say: <c>/ok /teapot /hang /much?N /drop /to?URL /keep?URL /circle</c>. It counts what reaches it.</summary>
internal sealed class TestHttpServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public TestHttpServer()
    {
        _listener.Start();
        _ = Accept();
    }

    public ConcurrentQueue<TestHttpRequest> Requests { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url(string path) => $"http://127.0.0.1:{Port}{path}";

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // over
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var request = await Read(stream);
                Requests.Enqueue(request);
                var (path, query) = request.Target.Split('?', 2) is [var p, var q] ? (p, Uri.UnescapeDataString(q)) : (request.Target, "");
                if (path == "/drop") return;
                if (path == "/hang") await Task.Delay(Timeout.Infinite, _stop.Token);
                await stream.WriteAsync(path switch
                {
                    "/teapot" => Reply("418 I'm a teapot", "short and stout\n"),
                    "/much" => Reply("200 OK", new string('x', int.Parse(query))),
                    "/to" => Reply("302 Found", "", $"Location: {query}\r\n"),
                    "/circle" => Reply("302 Found", "", "Location: /circle\r\n"),
                    "/keep" => Reply("307 Temporary Redirect", "", $"Location: {query}\r\n"),
                    _ => Reply("200 OK", "hello\n"),
                }, _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // the caller has gone
            }
        }
    }

    private static byte[] Reply(string status, string body, string headers = "") =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n{headers}\r\n{body}");

    private async Task<TestHttpRequest> Read(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        int end;
        while ((end = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            var got = await stream.ReadAsync(buffer, _stop.Token);
            if (got == 0) throw new IOException("it ended early");
            bytes.AddRange(buffer[..got]);
        }
        var lines = Encoding.Latin1.GetString([.. bytes])[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).GroupBy(h => h[0], StringComparer.OrdinalIgnoreCase).ToDictionary(h => h.Key, h => h.First()[1], StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var text) ? int.Parse(text) : 0;
        while (bytes.Count < end + 4 + length) bytes.AddRange(buffer[..await stream.ReadAsync(buffer, _stop.Token)]);
        return new(lines[0].Split(' ')[0], lines[0].Split(' ')[1], headers, Encoding.UTF8.GetString([.. bytes[(end + 4)..]]));
    }
}
