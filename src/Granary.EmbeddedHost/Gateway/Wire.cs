using System.Net.Security;
using System.Net.Sockets;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>The bytes of one connection: the socket itself, or TLS over it.</summary>
/// <remarks>Without TLS nothing lies between a frame and its system call.</remarks>
internal sealed class Wire(Socket socket, SslStream? tls = null) : IDisposable
{
    public bool IsClosed => socket.SafeHandle.IsClosed;

    /// <summary>A connection that the server has accepted.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The client does not speak TLS, or will not have this server.</exception>
    public static async Task<Wire> AcceptAsync(Socket socket, SslServerAuthenticationOptions? options, CancellationToken cancellation)
    {
        if (options is null)
            return new Wire(socket);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsServerAsync(options, cancellation).ConfigureAwait(false);
            return new Wire(socket, tls);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A connection that the client has opened.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The server does not speak TLS, or is not the one that it should be.</exception>
    public static async Task<Wire> ConnectAsync(Socket socket, SslClientAuthenticationOptions? options, CancellationToken cancellation)
    {
        if (options is null)
            return new Wire(socket);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
            return new Wire(socket, tls);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>How many bytes came; 0 at the end of the stream.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
        => tls is null ? socket.ReceiveAsync(buffer, SocketFlags.None, cancellation) : tls.ReadAsync(buffer, cancellation);

    /// <summary>Sends all of it.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (tls is not null)
        {
            await tls.WriteAsync(bytes).ConfigureAwait(false);
            return;
        }
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
    }

    /// <summary>Ends it at once, from any thread: what reads or writes fails. The stream is left to the collector, since it may be in use.</summary>
    public void Dispose() => socket.Dispose();
}
