using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Monitoring;

/// <summary>The server's own log.</summary>
internal sealed partial class LogTarget(ILogger<LogTarget> log) : INotificationTarget
{
    public string Name => "log";

    public Task SendAsync(AlertNotification notification, CancellationToken cancellation)
    {
        LogNotification(log, LevelOf(notification.Level), notification.Level.ToString().ToUpperInvariant(), notification.Summary);
        return Task.CompletedTask;
    }

    private static LogLevel LevelOf(AlertLevel level) => level switch
    {
        AlertLevel.Critical => LogLevel.Critical,
        AlertLevel.Error => LogLevel.Error,
        AlertLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    [LoggerMessage(EventId = 1, Message = "notification {Level}: {Summary}")]
    private static partial void LogNotification(ILogger logger, LogLevel logLevel, string level, string summary);
}
