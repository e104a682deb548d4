using Granary.Model;
using Granary.Monitoring;

namespace Granary.Grains.Monitoring;

/// <summary>What the monitor of a server goes by.</summary>
public sealed record MonitorParts(RuleSet Rules, NotificationOptions Notifications, CapacityOptions Capacity)
{
    public static MonitorParts BuiltIn { get; } = new(new RuleSet([], []), new(), new());
}

/// <summary>Takes notifications to where people see them. It must return at once.</summary>
public interface INotificationSink
{
    void Post(AlertNotification notification);
}
