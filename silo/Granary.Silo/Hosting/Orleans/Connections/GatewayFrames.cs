using System.IO.Pipelines;
using Granary.Access.Turns;
using Microsoft.AspNetCore.Connections;

namespace Granary.Silo.Hosting;

/// <summary>Large messages of clients take turns before Orleans decodes them (<see cref="FrameReader"/>).</summary>
internal static class GatewayFrames
{
    public static async Task OnConnectionAsync(ConnectionContext connection, LargeRequests turns, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        var reader = new FrameReader(transport.Input, turns, connection);
        connection.Transport = new Duplex(reader, transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            reader.Leave();
            connection.Transport = transport;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
