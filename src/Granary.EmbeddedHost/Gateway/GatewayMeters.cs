using System.Diagnostics.Metrics;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Instruments of the gateway, on the meter that all of Granary is told by.</summary>
internal static class GatewayMeters
{
    private static readonly Meter Meter = new("Granary");

    public static UpDownCounter<long> Connections { get; } = Meter.CreateUpDownCounter<long>("granary.gateway.connections", "{connection}", "Clients that are connected.");

    public static Counter<long> Calls { get; } = Meter.CreateCounter<long>("granary.gateway.calls", "{call}", "Requests that clients have sent.");
}
