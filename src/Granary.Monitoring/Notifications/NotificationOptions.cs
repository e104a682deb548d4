using Granary.Model;

namespace Granary.Monitoring;

/// <summary>How alerts become notifications.</summary>
public sealed record NotificationOptions
{
    /// <summary>Alerts below this level are not told of. Default warning.</summary>
    public AlertLevel Least { get; init; } = AlertLevel.Warning;

    /// <summary>How long a new group waits for more of its kind. Default 10 s.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least time between two notifications of one group. Default 5 minutes.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After which a group that still fires, and that nobody has acknowledged, is told again. Default 4 hours.</summary>
    public TimeSpan RepeatInterval { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Notifications that may go at once, of all groups together. Default 20.</summary>
    public int Burst { get; init; } = 20;

    /// <summary>After which one more may go. Default 30 s. What does not go is told of in one notification for all, once in <see cref="GroupInterval"/>.</summary>
    public TimeSpan OneEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="GranaryException">Invalid.</exception>
    public void Validate()
    {
        if (GroupWait < TimeSpan.Zero || GroupInterval <= TimeSpan.Zero || RepeatInterval <= TimeSpan.Zero || OneEvery <= TimeSpan.Zero)
            throw GranaryException.Invalid("Monitor: GroupInterval, RepeatInterval and OneEvery must be over 0, GroupWait 0 or more");
        if (Burst is < 1 or > 10_000) throw GranaryException.Invalid("Monitor:Burst must be 1 to 10,000");
    }
}
