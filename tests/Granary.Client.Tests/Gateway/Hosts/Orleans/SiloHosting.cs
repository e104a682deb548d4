using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Granary.Client.Tests;

internal static class SiloHosting
{
    /// <summary>The token is checked by a filter of the real server, not by Orleans' gateway.</summary>
    public const bool HasToken = false;

    public static void Add(IHostApplicationBuilder builder, int port, string token) => builder.UseOrleans(silo =>
        silo.UseLocalhostClustering(FreePort.Next(), port, null, GranaryCluster.Id, GranaryCluster.Id));
}
