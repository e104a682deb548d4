using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Granary.EmbeddedHost;

/// <summary>What the host logs.</summary>
internal sealed partial class HostLog(ILoggerFactory factory)
{
    private readonly ILogger _logger = factory.CreateLogger("Granary.EmbeddedHost");

    [LoggerMessage(1, LogLevel.Warning, "Grain {Grain} failed to activate.")]
    public partial void ActivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(2, LogLevel.Warning, "Grain {Grain} failed to deactivate cleanly.")]
    public partial void DeactivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(3, LogLevel.Warning, "The shutdown timeout ended with {Count} activations still running.")]
    public partial void StoppedWithActivations(int count);

    [LoggerMessage(4, LogLevel.Warning, "An observer failed in {Call}.")]
    public partial void ObserverFailed(Exception exception, string call);

    [LoggerMessage(5, LogLevel.Error, "A timer of grain {Grain} failed.")]
    public partial void TimerFailed(Exception exception, GrainId grain);

    [LoggerMessage(6, LogLevel.Warning, "Reminder {Reminder} of grain {Grain} failed.")]
    public partial void ReminderFailed(Exception exception, string reminder, GrainId grain);

    [LoggerMessage(7, LogLevel.Warning, "Consumer {Consumer} of stream {Stream} failed; the events are skipped.")]
    public partial void StreamDeliveryFailed(Exception exception, GrainId consumer, StreamId stream);

    [LoggerMessage(8, LogLevel.Warning, "Stream {Stream} has events for {Consumer}, which has attached no observer; they are dropped.")]
    public partial void StreamObserverMissing(StreamId stream, GrainId consumer);

    [LoggerMessage(9, LogLevel.Warning, "Connection from {Peer} closed: {Reason}")]
    public partial void ConnectionRefused(string peer, string reason);

    [LoggerMessage(10, LogLevel.Information, "Gateway listens on {Endpoint}.")]
    public partial void GatewayListens(string endpoint);

    [LoggerMessage(11, LogLevel.Information, "Connected to the gateway at {Endpoint}.")]
    public partial void Connected(string endpoint);

    [LoggerMessage(12, LogLevel.Warning, "Lost the gateway at {Endpoint}: {Reason}")]
    public partial void ConnectionLost(string endpoint, string reason);
}
