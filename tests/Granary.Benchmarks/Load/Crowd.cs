using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Client;
using Granary.Model;

namespace Granary.Benchmarks.Load;

/// <summary>
/// Connections that stay open and say nothing more, with a server in a process of its own: <c>-- connections [N]</c>. Each process has one end of each, so that
/// a limit of 20,000 descriptors is enough for 10,000 of them.
/// </summary>
internal static class Crowd
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var wanted = 10_000;
        if (arguments.Length > 0 && (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out wanted) || wanted < 1))
        {
            await Console.Error.WriteLineAsync($"'{arguments[0]}' is no number of connections; write one, like 10000");
            return 2;
        }
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        var record = new LocalServer(server.Data).Read() ?? throw new InvalidOperationException("the server left no record of where it listens");
        var token = new LocalServer(server.Data).ReadToken() ?? "";
        Console.WriteLine("| way in | open at once | resident memory of the server each | a submission by another, alone | beside them |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        if (GatewayGreeting.IsKnown) await RowAsync("gateway", server, wanted, i => GreetAsync(IPEndPoint.Parse(record.Gateway), i, token));
        await RowAsync("REST", server, wanted, _ => AskAsync(new Uri(record.Http)));
        return 0;
    }

    private static async Task RowAsync(string way, ServerUnderLoad server, int wanted, Func<int, Task<Socket>> open)
    {
        await using var other = await server.ConnectAsync();
        var alone = await SubmitAsync(other);
        var before = server.ResidentBytes;
        var crowd = new Socket[wanted];
        try
        {
            await Parallel.ForAsync(0, wanted, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => crowd[i] = await open(i));
            var beside = await SubmitAsync(other);
            await using var late = await server.ConnectAsync(); // who comes now is let in too
            await SubmitAsync(late);
            var each = (server.ResidentBytes - before) / wanted;
            var held = crowd.Count(IsOpen);
            if (held < wanted) throw new InvalidOperationException($"{wanted - held} of {wanted} connections were closed by the server");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {way} | {held:N0} | {each:N0} bytes | {alone.TotalMilliseconds:F1} ms | {beside.TotalMilliseconds:F1} ms |"));
        }
        finally
        {
            foreach (var socket in crowd) socket?.Dispose();
        }
    }

    /// <summary>The median of 101.</summary>
    private static async Task<TimeSpan> SubmitAsync(GranaryClient client)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 101; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await client.SubmitAsync(new TaskSpec { Agent = "other", Handler = "noop" });
            times.Add(Stopwatch.GetElapsedTime(begun));
        }
        times.Sort();
        return times[50];
    }

    private static async Task<Socket> GreetAsync(IPEndPoint gateway, int number, string token)
    {
        var socket = await ConnectAsync(gateway);
        var welcome = await GatewayGreeting.SayAsync(socket, number.ToString("x32", CultureInfo.InvariantCulture), token, FillAsync);
        return welcome ? socket : throw new InvalidOperationException($"connection {number} was refused");
    }

    private static async Task<Socket> AskAsync(Uri http)
    {
        var socket = await ConnectAsync(new IPEndPoint(IPAddress.Parse(http.Host), http.Port));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {http.Authority}\r\n\r\n"));
        var reply = new byte["HTTP/1.1 200".Length];
        await FillAsync(socket, reply);
        return Encoding.ASCII.GetString(reply) == "HTTP/1.1 200" ? socket : throw new InvalidOperationException(Encoding.ASCII.GetString(reply));
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(to, limit.Token);
        return socket;
    }

    private static async Task FillAsync(Socket socket, byte[] buffer)
    {
        using var limit = new CancellationTokenSource(Patience);
        for (var have = 0; have < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(have), limit.Token);
            have += count > 0 ? count : throw new EndOfStreamException("the server closed a connection");
        }
    }

    /// <summary>What a closed one would have to read is its end.</summary>
    private static bool IsOpen(Socket socket)
    {
        while (socket.Poll(0, SelectMode.SelectRead))
            if (socket.Receive(new byte[4096]) == 0) return false;
        return true;
    }
}
