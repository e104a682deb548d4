using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Client.Tests;

internal static class SiloHosting
{
    public static void Add(IHostApplicationBuilder builder, int port, string token) => builder.UseOrleans(silo => silo
        .UseLocalhostClustering(FreePort.Next(), port, null, GranaryCluster.Id, GranaryCluster.Id)
        .Configure<SiloConnectionOptions>(o => o.ConfigureGatewayInboundConnection(connections => connections.Use(next => connection => LetInAsync(connection, token, next)))));

    /// <summary>The server's side of <see cref="Hello"/>, as short as it can be.</summary>
    private static async Task LetInAsync(ConnectionContext connection, string token, ConnectionDelegate next)
    {
        var knows = await Hello.ReceiveAsync(connection.Transport.Input, connection.ConnectionClosed) is (_, var shown) && shown == token;
        await Hello.AnswerAsync(connection.Transport.Output, knows ? DoorAnswer.Welcome : DoorAnswer.Refused, knows ? "" : "wrong token", connection.ConnectionClosed);
        if (knows) await next(connection);
        else await Hello.ReadAsync(connection.Transport.Input, 1, connection.ConnectionClosed); // it goes: the answer on its way would not outlive the connection's end
    }
}
