using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>Bytes that are no messages, sent to the gateway's port.</summary>
public sealed class GatewayGarbageTests
{
    public static TheoryData<string> Kinds => ["noise", "http", "huge length", "negative length", "half a frame", "zeros", "nothing"];

    [Fact]
    public async Task IsDroppedWhileCallersGoOn()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ClientAsync();
        var id = await client.SubmitAsync(Specs.Gated(Path.Combine(server.Root, "gate")));
        foreach (var kind in Kinds)
        {
            for (var i = 0; i < 3; i++) await SendAsync(server.GatewayPort, Bytes(kind.Data, i));
            Assert.Equal(id, (await client.GetAsync(id)).Id);
        }
        // many at once that never say anything are not in the way of one that does
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                silent.Add(new TcpClient());
                await silent[^1].ConnectAsync("127.0.0.1", server.GatewayPort);
            }
            await using var another = await server.ConnectAsync();
            Assert.Equal(id, (await another.GetAsync(id)).Id);
        }
        finally
        {
            foreach (var connection in silent) connection.Dispose();
        }
        await File.WriteAllTextAsync(Path.Combine(server.Root, "gate"), "");
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(id, Until.Patience)).State);
        Assert.True(ProcessTable.IsAlive(server.ProcessId));
    }

    [Fact]
    public async Task AnOversizedSubmissionIsRefusedAndTheConnectionServesOn()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        var huge = Specs.Of("echo", new string('x', 200_000_000));
        await Assert.ThrowsAnyAsync<Exception>(async () => await client.SubmitAsync(huge).WaitAsync(TimeSpan.FromSeconds(100)));
        var id = await client.SubmitAsync(Specs.Of("true"));
        Assert.Equal(TaskState.Queued, (await client.GetAsync(id)).State);
    }

    /// <summary>Writes it and waits until the other side hangs up, or a second; a reset is an answer too.</summary>
    private static async Task SendAsync(int port, byte[] bytes)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", port);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await connection.GetStream().WriteAsync(bytes, limit.Token);
            var answer = new byte[4096];
            if (bytes.Length > 0) while (await connection.GetStream().ReadAsync(answer, limit.Token) > 0) { }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // either is fine: what counts is that the server goes on
        }
    }

    private static byte[] Bytes(string kind, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[4096];
        random.NextBytes(bytes);
        switch (kind)
        {
            case "http":
                return Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            case "huge length":
                BinaryPrimitives.WriteInt32LittleEndian(bytes, int.MaxValue - seed);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), int.MaxValue - seed);
                return bytes;
            case "negative length":
                BinaryPrimitives.WriteInt32LittleEndian(bytes, -1 - seed);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), int.MinValue);
                return bytes;
            case "half a frame":
                BinaryPrimitives.WriteInt32LittleEndian(bytes, 2000);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), 2000);
                return bytes[..(100 + seed)];
            case "zeros":
                return new byte[1 + seed];
            case "nothing":
                return [];
            default:
                return bytes;
        }
    }
}
