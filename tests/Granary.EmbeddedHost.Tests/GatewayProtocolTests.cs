using System.Buffers.Binary;
using System.Net.Sockets;
using Granary.EmbeddedHost.Gateway;
using Granary.EmbeddedHost.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace Granary.EmbeddedHost.Tests;

/// <summary>What comes to the gateway from those who are no clients, or bad ones.</summary>
public sealed class GatewayProtocolTests
{
    private readonly LogLines _log = new();

    public static TheoryData<string, byte[]> Openings => new()
    {
        { "http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray() },
        { "a length of zero", [0, 0, 0, 0] },
        { "a length of four thousand million", [255, 255, 255, 255, 1] },
        { "a request before the greeting", Frame(FrameKind.Request, w => w.WriteVarInt(1)) },
        { "a greeting that is cut off", Frame(FrameKind.Hello, w => w.WriteFixed32(Protocol.Magic)) },
        { "a greeting with another magic number", Frame(FrameKind.Hello, w => w.WriteFixed32(1)) },
        { "a greeting that is too long", Frame(FrameKind.Hello, w => w.WriteRaw(new byte[Protocol.MaxHelloBytes + 1])) },
        { "an unknown kind", Frame((FrameKind)77, w => w.WriteVarInt(1)) },
    };

    [Theory]
    [MemberData(nameof(Openings))]
    public async Task A_bad_opening_closes_that_connection_with_one_line(string what, byte[] bytes)
    {
        await using var server = await StartAsync();
        using var socket = await server.OpenAsync();
        await socket.SendAsync(bytes);
        await AssertClosedAsync(socket);
        await AssertAliveAsync(server);
        await AssertOneLineAsync(what);
    }

    public static TheoryData<string, byte[]> Bodies => new()
    {
        { "a greeting again", Frame(FrameKind.Hello, w => w.WriteVarInt(1)) },
        { "a longer message than allowed", [0, 0, 0, 127, 4] },
        { "a request without a grain", Frame(FrameKind.Request, w => w.WriteVarInt(1)) },
        { "a request for a grain without a type", Frame(FrameKind.Request, w => { w.WriteVarInt(1); w.WriteFixed64(1); w.WriteString(" "); w.WriteString("g"); w.WriteByte(0); }) },
        { "an unknown kind", Frame((FrameKind)77, w => w.WriteVarInt(1)) },
        { "a cancellation that is cut off", Frame(FrameKind.Cancel, w => w.WriteByte(0x80)) },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_message_closes_that_connection_with_one_line(string what, byte[] bytes)
    {
        await using var server = await StartAsync();
        using var socket = await GreetAsync(server);
        await socket.SendAsync(bytes);
        await AssertClosedAsync(socket);
        await AssertAliveAsync(server);
        await AssertOneLineAsync(what);
    }

    [Fact]
    public async Task A_connection_that_ends_within_a_message_is_closed_with_one_line()
    {
        await using var server = await StartAsync();
        using var socket = await GreetAsync(server);
        await socket.SendAsync(Frame(FrameKind.Request, w => w.WriteRaw(new byte[100])).AsMemory(0, 50));
        socket.Shutdown(SocketShutdown.Send);
        await AssertClosedAsync(socket);
        await AssertAliveAsync(server);
        await AssertOneLineAsync("half a message");
    }

    /// <summary>Mutations of a sound request, from a fixed seed: whatever they do, the server answers others.</summary>
    [Fact]
    public async Task Mutated_requests_never_take_the_server_down()
    {
        await using var server = await StartAsync();
        var random = new Random(20260101);
        var sound = Frame(FrameKind.Request, w =>
        {
            w.WriteVarInt(7);
            w.WriteFixed64(TestMethods.Key(nameof(ITestGrain.Size)));
            w.WriteString("test");
            w.WriteString("mutated");
            w.WriteByte(1);
            w.WriteVarInt(1);
            w.WriteString("key");
            AnyCodec<object>.Instance.Write(w, "value");
            w.WriteTag(0, WireType.Group);
            w.WriteTag(0, WireType.Bytes);
            w.WriteBytes([1, 2, 3, 4]);
            w.WriteEnd();
            w.WriteEnd();
        });
        for (var round = 0; round < 300; round++)
        {
            using var socket = await GreetAsync(server);
            var bytes = sound.ToArray();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            await socket.SendAsync(bytes.AsMemory(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length));
            socket.Shutdown(SocketShutdown.Send);
            await AssertClosedAsync(socket);
        }
        await AssertAliveAsync(server);
    }

    [Fact]
    public async Task One_who_says_nothing_is_let_go()
    {
        var time = new ManualTime();
        await using var server = await StartAsync(silo => silo.Services.AddSingleton<TimeProvider>(time));
        var before = time.Armed;
        using var socket = await server.OpenAsync();
        await time.WhenArmed(before + 1).Within();
        time.Advance(TimeSpan.FromSeconds(6));
        await AssertClosedAsync(socket);
    }

    private Task<TestServer> StartAsync(Action<ISiloBuilder>? configure = null) => TestServer.StartAsync(silo =>
    {
        silo.Services.AddLogging(l => l.AddProvider(_log));
        configure?.Invoke(silo);
    });

    // The line is written after the connection is closed.
    private async Task AssertOneLineAsync(string what)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (_log.Lines.IsEmpty && patience.Elapsed < Bounded.Time)
            await Task.Yield();
        Assert.True(_log.Lines.Count == 1, $"{what}: {string.Join(" | ", _log.Lines)}");
    }

    private static async Task<Socket> GreetAsync(TestServer server)
    {
        var socket = await server.OpenAsync();
        await socket.SendAsync(Frame(FrameKind.Hello, new Hello(Protocol.Version, Guid.NewGuid().ToString("N"), "default", "").Write));
        var answer = new byte[64];
        var received = await socket.ReceiveAsync(answer).Within();
        Assert.Equal((byte)FrameKind.Welcome, answer[4]);
        Assert.True(received > 5);
        return socket;
    }

    private static async Task AssertAliveAsync(TestServer server)
    {
        await using var client = await server.ConnectAsync();
        Assert.Equal(1, await client.Grain<ITestGrain>(Guid.NewGuid().ToString("N")).Add(1).Within());
    }

    private static async Task AssertClosedAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer).Within() > 0)
            {
            }
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }

    private static byte[] Frame(FrameKind kind, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.WriteFixed32(0);
        writer.WriteByte((byte)kind);
        body(writer);
        var bytes = writer.Written.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)(bytes.Length - Protocol.LengthBytes));
        return bytes;
    }
}

/// <summary>What is generated for the test grain.</summary>
internal static class TestMethods
{
    public static ulong Key(string method)
        => Granary.EmbeddedHost.Calls.GrainRegistry.GetInterface(typeof(ITestGrain)).Methods.Single(m => m.Name == method).Key;
}
