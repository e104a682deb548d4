using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;

namespace Granary.Client;

/// <summary>One connection to one gateway over which every byte comes back, for as long as the server runs.</summary>
internal sealed class GatewayEcho : IAsyncDisposable
{
    private static readonly byte[] Ping = [1];

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly PipeReader _from;

    private GatewayEcho(Socket socket, Stream stream, PipeReader from) => (_socket, _stream, _from) = (socket, stream, from);

    /// <exception cref="Exception">The gateway is not there, is not to be trusted, or lets nobody in.</exception>
    public static async Task<GatewayEcho> OpenAsync(Gateway gateway, ServerTrust? trust, GatewayKnock knock, CancellationToken cancellation)
    {
        var socket = new Socket(gateway.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(gateway.Endpoint, cancellation);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (trust is not null)
            {
                var tls = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = tls;
                await tls.AuthenticateAsClientAsync((trust with { Host = gateway.Host }).ToOptions(), cancellation);
            }
            var from = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
            await knock.PresentAsync(from, PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)), gateway.Endpoint, KnockPurpose.Echo, cancellation);
            return new GatewayEcho(socket, stream, from);
        }
        catch
        {
            socket.Dispose();
            if (stream is not null) await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a byte.</summary>
    public ValueTask CallAsync(CancellationToken cancellation) => _stream.WriteAsync(Ping, cancellation);

    /// <summary>Waits until it has come back.</summary>
    /// <exception cref="IOException">The server has ended the connection.</exception>
    public async Task HearAsync(CancellationToken cancellation)
    {
        if (await Hello.ReadAsync(_from, Ping.Length, cancellation) is null) throw new IOException("the server closed the connection");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose(); // first, so that nothing below waits for a server that takes nothing
        await _stream.DisposeAsync();
    }
}
