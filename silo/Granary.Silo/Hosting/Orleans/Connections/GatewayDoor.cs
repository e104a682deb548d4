using System.IO.Pipelines;
using System.Net;
using Granary.Access.Attempts;
using Granary.Client;
using Microsoft.AspNetCore.Connections;

namespace Granary.Silo.Hosting;

/// <summary>Lets connections in by their token, before anything of them is read as Orleans' protocol; counts those that show a wrong one by their address.</summary>
internal sealed class GatewayDoor(AccessGate gate, Arrivals arrivals)
{
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await AdmitAsync(connection) is not { } purpose) return;
        arrivals.Arrived(connection);
        await (purpose == KnockPurpose.Echo ? EchoAsync(connection.Transport) : next(connection));
    }

    /// <returns>What the connection is for; null where it may not come in, which it has been told.</returns>
    private async Task<KnockPurpose?> AdmitAsync(ConnectionContext connection)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(arrivals.PresentWithin);
        try
        {
            if (await Hello.ReceiveAsync(connection.Transport.Input, patience.Token) is not var (purpose, token)) return null;
            var entry = await gate.EnterAsync((connection.RemoteEndPoint as IPEndPoint)?.Address, token, patience.Token);
            var (answer, message) = entry switch
            {
                { Caller: not null } => (DoorAnswer.Welcome, ""),
                { Wait: { } wait } => (DoorAnswer.Later, $"too many wrong tokens came from this address; try again in {Math.Ceiling(wait.TotalSeconds):0} s"),
                _ => (DoorAnswer.Refused, "wrong token"),
            };
            if (answer != DoorAnswer.Welcome) arrivals.Arrived(connection); // the gate tells the log, once for many
            await Hello.AnswerAsync(connection.Transport.Output, answer, message, patience.Token);
            if (answer == DoorAnswer.Welcome) return purpose;
            await arrivals.UntilGoneAsync(connection);
            return null;
        }
        catch (InvalidDataException e)
        {
            arrivals.Refused(connection, e.Message);
        }
        catch (OperationCanceledException) when (!connection.ConnectionClosed.IsCancellationRequested)
        {
            arrivals.Refused(connection, "it did not present itself in time");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // it left
        }
        return null;
    }

    /// <summary>What comes goes back: the other end sees that this process runs.</summary>
    private static async Task EchoAsync(IDuplexPipe transport)
    {
        while (true)
        {
            var read = await transport.Input.ReadAsync();
            foreach (var part in read.Buffer) await transport.Output.WriteAsync(part);
            transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled) return;
        }
    }
}
