using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>
/// Many connections that stay open, with the server in a process of its own: others are served and memory stays bounded. 1,000 of each kind, or as
/// GRANARY_CONNECTIONS says; no more than the descriptors of one process allow. <c>Granary.Benchmarks -- connections</c> is the same with 10,000 and figures.
/// </summary>
public sealed class CrowdTests
{
    private const int AtOnce = 32;

    /// <summary>Of the server's resident memory; 10,000 of them take less than 640 MiB.</summary>
    private const long MostBytesEach = 64 * 1024;

    [Fact]
    public async Task OfRestKeepsNobodyOut()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var ask = Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {server.Http.Authority}\r\n\r\n");
        await CheckAsync(server, server.HttpPort, ask, "HTTP/1.1 200"u8.ToArray());
    }

    [Fact]
    public async Task OfTheGatewayKeepsNobodyOut()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        Assert.SkipUnless(new LocalServer(server.Data).Read()?.Host == "Embedded", "the Orleans host's gateway has its own protocol");
        await CheckAsync(server, server.GatewayPort, Hello(server.Token), [2, 0, 0, 0, 2]); // a welcome of two bytes
    }

    private static async Task CheckAsync(TestServer server, int port, byte[] say, byte[] answer)
    {
        var count = Count();
        await using var other = await server.ConnectAsync();
        await other.SubmitAsync(Specs.Of("true"));
        var before = Resident(server.ProcessId);
        var crowd = new Socket[count];
        try
        {
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancel) =>
            {
                crowd[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await crowd[i].ConnectAsync("127.0.0.1", port, cancel);
                await crowd[i].SendAsync(say, cancel);
                var reply = new byte[answer.Length];
                for (var have = 0; have < reply.Length;)
                {
                    var read = await crowd[i].ReceiveAsync(reply.AsMemory(have), cancel);
                    Assert.True(read > 0, $"connection {i} was closed");
                    have += read;
                }
                Assert.Equal(answer, reply);
            });
            await other.SubmitAsync(Specs.Of("true"));
            await using (var late = await server.ConnectAsync()) await late.SubmitAsync(Specs.Of("true"));
            var each = (Resident(server.ProcessId) - before) / count;
            Assert.True(each < MostBytesEach, $"{count} connections take {each} bytes of the server each");
            Assert.All(crowd, s => Assert.True(IsOpen(s)));
        }
        finally
        {
            foreach (var socket in crowd) socket?.Dispose();
        }
    }

    private static int Count()
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("GRANARY_CONNECTIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 1000;
        var descriptors = long.Parse(
            File.ReadLines("/proc/self/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3],
            CultureInfo.InvariantCulture);
        return (int)Math.Clamp(descriptors - 1000, 10, wanted);
    }

    private static long Resident(int pid) => 1024 * long.Parse(
        File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>What a closed one would have to read is its end.</summary>
    private static bool IsOpen(Socket socket)
    {
        while (socket.Poll(0, SelectMode.SelectRead))
            if (socket.Receive(new byte[4096]) == 0) return false;
        return true;
    }

    /// <summary>A client's first message: length, kind 1, "GRNY", version 1, then who it is, its cluster and its token, each with its length plus one before it.</summary>
    private static byte[] Hello(string token)
    {
        List<byte> body = [1, .. "GRNY"u8, 1];
        foreach (var text in (string[])["0123456789abcdef0123456789abcdef", "granary", token])
        {
            body.Add((byte)(text.Length + 1));
            body.AddRange(Encoding.ASCII.GetBytes(text));
        }
        var frame = new byte[4 + body.Count];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Count);
        body.CopyTo(frame, 4);
        return frame;
    }
}
