using Granary.Model;

namespace Granary.Silo.Monitoring;

/// <summary>Somewhere that people see notifications.</summary>
internal interface INotificationTarget
{
    /// <summary>For the log: no secrets.</summary>
    string Name { get; }

    /// <exception cref="Exception">It was not told; another try may help.</exception>
    Task SendAsync(AlertNotification notification, CancellationToken cancellation);
}
