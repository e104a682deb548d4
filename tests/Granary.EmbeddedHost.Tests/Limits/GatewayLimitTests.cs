using System.Globalization;
using System.Net.Sockets;
using Granary.EmbeddedHost.Serialization;
using Granary.EmbeddedHost.Tests.Fuzz;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.EmbeddedHost.Tests.Limits;

/// <summary>What one client, or many, may take of a gateway.</summary>
[Collection(nameof(Alone))]
public sealed class GatewayLimitTests
{
    [Fact]
    public async Task Who_says_nothing_makes_room_for_who_does()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.MaxHandshakes = 4);
        var silent = new List<Socket>();
        for (var i = 0; i < 12; i++) silent.Add(await server.OpenAsync());

        await using var client = await server.ConnectAsync();

        Assert.Equal(1, await client.Grain<ITestGrain>("room").Add(1).Within());
        Assert.Equal(0, await ReceiveAsync(silent[0]));
        silent.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Beyond_the_limit_connections_are_closed_and_those_that_are_open_go_on()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.MaxConnections = 3);
        await using var client = await server.ConnectAsync();
        using var second = await GreetAsync(server, 2);
        using var third = await GreetAsync(server, 3);

        using var fourth = await server.OpenAsync();

        Assert.Equal(0, await ReceiveAsync(fourth));
        Assert.Equal(1, await client.Grain<ITestGrain>("full").Add(1).Within());
        third.Dispose();
        await ConnectedAsync(server); // there is room again
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut_off_when_too_much_waits_for_it()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.MaxUnsentBytes = 8 * 1024 * 1024);
        using var greedy = await GreetAsync(server, 1);
        var ask = Enumerable.Range(1, 64).SelectMany(i => Frames.Request(nameof(ITestGrain.Make), w =>
        {
            w.WriteTag(0, WireType.VarInt);
            w.WriteZigZag(1024 * 1024);
        }, (ulong)i, grain: $"greedy-{i}")).ToArray();

        await greedy.SendAsync(ask);

        await DrainsAsync(greedy, atMost: 63L * 1024 * 1024);
        await using var client = await server.ConnectAsync();
        Assert.Equal(1, await client.Grain<ITestGrain>("other").Add(1).Within());
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_too_long_is_cut_off()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(silo => silo.Services.AddSingleton<TimeProvider>(time));
        using var slow = await GreetAsync(server, 1);
        await slow.SendAsync(Frames.Request(nameof(ITestGrain.Make), w =>
        {
            w.WriteTag(0, WireType.VarInt);
            w.WriteZigZag(15 * 1024 * 1024);
        }, 1, grain: "slow"));
        Assert.Equal(1, await slow.ReceiveAsync(new byte[1]).Within()); // it is on its way

        // two looks without a byte taken between; the first ones may come before the send has filled what the system holds
        await DrainsAsync(slow, atMost: 14L * 1024 * 1024, meanwhile: () => time.Advance(TimeSpan.FromSeconds(31)));
    }

    [Fact]
    public void Nesting_has_a_limit_and_promises_cost_nothing()
    {
        var deep = Frames.Request(nameof(ITestGrain.All), w =>
        {
            for (var i = 0; i < 5000; i++) w.WriteTag(9, WireType.Group);
            for (var i = 0; i < 5000; i++) w.WriteEnd();
        });
        var error = Assert.Throws<CodecException>(() =>
        {
            var reader = new WireReader(deep.AsSpan(9 + 8 + 5 + 2));
            reader.Skip(WireType.Group);
        });
        Assert.Contains("nested deeper", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// GRANARY_CONNECTIONS=10000 for the whole number; the descriptors that the process may have bound it, since both ends are here.
    /// </summary>
    [Fact]
    public async Task Idle_connections_cost_little_and_keep_nobody_out()
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("GRANARY_CONNECTIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 1000;
        var count = (int)Math.Min(wanted, (DescriptorLimit() - 1000) / 2);
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        Assert.Equal(1, await client.Grain<ITestGrain>("crowd").Add(1).Within());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var crowd = new List<Socket>(count);
        for (var i = 0; i < count; i++) crowd.Add(await GreetAsync(server, i));

        Assert.Equal(2, await client.Grain<ITestGrain>("crowd").Add(1).Within());
        await using (var late = await server.ConnectAsync()) Assert.Equal(3, await late.Grain<ITestGrain>("crowd").Add(1).Within());

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        TestContext.Current.SendDiagnosticMessage($"{count} connections of {wanted} asked for, {each} bytes of managed memory each, both ends");
        Console.WriteLine($"{count} idle connections ({wanted} asked for): {each} bytes of managed memory each, both ends");
        Assert.True(each < 16 * 1024, $"{each} bytes a connection");
        crowd.ForEach(s => s.Dispose());
    }

    private static long DescriptorLimit() =>
        long.Parse(File.ReadLines("/proc/self/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);

    private static async Task<Socket> GreetAsync(TestServer server, int number)
    {
        var socket = await server.OpenAsync();
        await socket.SendAsync(Frames.Hello($"{number:x32}"));
        Assert.True(await ReceiveAsync(socket) > 5);
        return socket;
    }

    private static async Task ConnectedAsync(TestServer server)
    {
        for (var i = 0; i < 1000; i++)
        {
            using var socket = await server.OpenAsync();
            await socket.SendAsync(Frames.Hello($"{i + 100:x32}"));
            if (await ReceiveAsync(socket) > 5) return;
        }
        Assert.Fail("no connection was let in");
    }

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[64]).Within();
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task DrainsAsync(Socket socket, long atMost, Action? meanwhile = null)
    {
        var buffer = new byte[256 * 1024];
        long all = 0;
        // takes nothing until the server has closed: what it could not hand over never comes
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!socket.Poll(0, SelectMode.SelectError) && !await ClosedAsync(socket))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "it was not cut off");
            meanwhile?.Invoke();
        }
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer).Within()) > 0;) all += read;
        }
        catch (SocketException)
        {
        }
        Assert.True(all <= atMost, $"{all} bytes came");
    }

    // The kernel of this end knows when the other has closed: the state of the connection is CLOSE_WAIT or it is gone.
    private static async Task<bool> ClosedAsync(Socket socket)
    {
        await Task.Yield();
        var port = ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
        return !File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(f => f.Length > 3 && f[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && f[3] == "01");
    }
}
