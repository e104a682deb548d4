using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime;

namespace Granary.Client;

/// <summary>
/// A client's side of each connection to a gateway: TLS, by which the server shows that it is the right one, then the token, then Orleans' own protocol. What goes wrong is
/// told in the words of the embedded host's client.
/// </summary>
/// <param name="token">What it shows; null for none.</param>
internal sealed class GatewayKnock(string? token)
{
    private static readonly object Doubt = new();
    private static readonly object Secured = new();

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private volatile Exception? _refusal;

    /// <summary>Why the last connection was refused for good; null where it was not.</summary>
    public Exception? Refusal => _refusal;

    /// <summary>Around TLS, which tells only the log that it failed.</summary>
    public static async Task AroundTlsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        await next(connection);
        if (connection.Items.ContainsKey(Secured)) return;
        var why = connection.Items.TryGetValue(Doubt, out var doubt) ? doubt : "no TLS connection came to be; it may speak clear text (tcp://HOST:PORT), or be no gateway";
        throw new OrleansConfigurationException($"The gateway at {connection.RemoteEndPoint} cannot be trusted: {why}.");
    }

    /// <summary>TLS has found that the certificate is not one that it may take.</summary>
    public static void Distrust(ConnectionContext connection, string why) => connection.Items[Doubt] = why;

    /// <exception cref="UnauthorizedAccessException">The server refused the token.</exception>
    /// <exception cref="IOException">It did not answer, or wants the client to come later.</exception>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Items[Secured] = true;
        try
        {
            // not ended by the connection's own end: a server that refuses closes it, and its answer must be read nevertheless
            using var patience = new CancellationTokenSource(AnswerWithin);
            await PresentAsync(connection.Transport.Input, connection.Transport.Output, connection.RemoteEndPoint, KnockPurpose.Calls, patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new IOException("the server took the connection and did not answer");
        }
        catch (UnauthorizedAccessException e)
        {
            _refusal = e;
            throw;
        }
        _refusal = null;
        await next(connection);
    }

    /// <summary>Shows the token, and returns when the server has let this connection in.</summary>
    public async Task PresentAsync(PipeReader from, PipeWriter to, EndPoint? server, KnockPurpose purpose, CancellationToken cancellation)
    {
        await Hello.SendAsync(to, purpose, token ?? "", cancellation);
        var (answer, message) = await Hello.HearAsync(from, cancellation) ?? throw new IOException("the server closed the connection before it answered");
        if (answer == DoorAnswer.Refused) throw new UnauthorizedAccessException($"The gateway at {server} refused the token: {message}.");
        if (answer != DoorAnswer.Welcome) throw new IOException(message);
    }
}
