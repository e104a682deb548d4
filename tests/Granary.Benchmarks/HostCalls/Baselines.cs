using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Granary.Benchmarks.HostCalls;

/// <summary>The call without a host.</summary>
internal sealed class PlainPing : IPingGrain
{
    public Task<int> Ping(int value) => Task.FromResult(value + 1);
}

/// <summary>The least that a call between two turns needs: there and back through a channel, one worker per caller.</summary>
internal sealed class ChannelPing : IAsyncDisposable
{
    private readonly Channel<(int Value, TaskCompletionSource<int> Answer)>[] _channels;
    private readonly Task[] _workers;

    public ChannelPing(int callers)
    {
        _channels = [.. Enumerable.Range(0, callers).Select(_ => Channel.CreateUnbounded<(int, TaskCompletionSource<int>)>(new() { SingleReader = true }))];
        _workers = [.. _channels.Select(c => Task.Run(async () =>
        {
            await foreach (var (value, answer) in c.Reader.ReadAllAsync())
                answer.SetResult(value + 1);
        }))];
    }

    public Task<int> Ping(int caller, int value)
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _channels[caller].Writer.TryWrite((value, answer));
        return answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            channel.Writer.Complete();
        await Task.WhenAll(_workers);
    }
}

/// <summary>Ports that nothing listens on.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>Sends back what it receives.</summary>
internal static class EchoServer
{
    public static Socket Start(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        _ = Task.Run(async () =>
        {
            using var socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            var buffer = new byte[64 * 1024];
            for (int n; (n = await socket.ReceiveAsync(buffer)) > 0;)
                await socket.SendAsync(buffer.AsMemory(0, n));
        });
        return listener;
    }
}

/// <summary>Messages of 64 bytes over one connection: as many per system call as there are.</summary>
internal sealed class EchoClient : IAsyncDisposable
{
    private const int Size = 64;

    private readonly Socket _socket;
    private readonly Channel<TaskCompletionSource<int>> _outgoing = Channel.CreateUnbounded<TaskCompletionSource<int>>(new() { SingleReader = true });
    private readonly Queue<TaskCompletionSource<int>> _sent = new();
    private readonly Lock _gate = new();

    private EchoClient(Socket socket) => _socket = socket;

    public static async Task<EchoClient> ConnectAsync(int port, int callers)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var client = new EchoClient(socket);
        _ = Task.Run(() => client.SendAsync(callers));
        _ = Task.Run(client.ReceiveAsync);
        return client;
    }

    public Task<int> Ping(int caller, int value)
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _outgoing.Writer.TryWrite(answer);
        return answer.Task;
    }

    public ValueTask DisposeAsync()
    {
        _outgoing.Writer.Complete();
        _socket.Dispose();
        return default;
    }

    private async Task SendAsync(int callers)
    {
        var buffer = new byte[callers * Size];
        while (await _outgoing.Reader.WaitToReadAsync())
        {
            var count = 0;
            lock (_gate)
            {
                while (count < callers && _outgoing.Reader.TryRead(out var answer))
                {
                    _sent.Enqueue(answer);
                    count++;
                }
            }
            await _socket.SendAsync(buffer.AsMemory(0, count * Size));
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var bytes = 0;
        try
        {
            for (int n; (n = await _socket.ReceiveAsync(buffer)) > 0;)
            {
                for (bytes += n; bytes >= Size; bytes -= Size)
                {
                    TaskCompletionSource<int> answer;
                    lock (_gate)
                        answer = _sent.Dequeue();
                    answer.SetResult(0);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
