using System.Net.Sockets;
using System.Text;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>Clients of REST that take their time, or are too many: they are cut off, and others are served.</summary>
public sealed class SlowClientTests
{
    [Theory]
    [InlineData("a request line", "GET /api/po")]
    [InlineData("headers", "GET /api/pools HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n")]
    [InlineData("a body", "POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    public async Task Who_begins_and_does_not_go_on_is_cut_off(string what, string begin)
    {
        var server = TestServer.Prepare("--no-node");
        server.Environment["GRANARY__Http__HeadersWithin"] = "00:00:01";
        await using var _ = server;
        await server.UpAsync();
        using var slow = await OpenAsync(server, begin);

        var closed = await EndsAsync(slow);

        Assert.True(closed, $"after {what} it was not cut off");
        Assert.True((await new HttpClient().GetAsync(new Uri(server.Http, "/health/ready"))).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Connections_have_a_limit()
    {
        var server = TestServer.Prepare("--no-node");
        server.Environment["GRANARY__Http__MaxConnections"] = "3";
        await using var _ = server;
        await server.UpAsync();
        var crowd = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            crowd.Add(await OpenAsync(server, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            Assert.True(await crowd[i].ReceiveAsync(new byte[4096]) > 0);
        }

        using var more = await OpenAsync(server, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.True(await EndsAsync(more, answered: false));
        crowd.ForEach(s => s.Dispose());
    }

    private static async Task<Socket> OpenAsync(TestServer server, string text)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Http.Host, server.HttpPort);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        return socket;
    }

    private static async Task<bool> EndsAsync(Socket socket, bool answered = true)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
                if (!answered) return false;
            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
