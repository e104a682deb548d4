using Granary.Model;

namespace Granary.Monitoring;

/// <summary>
/// From alerts to notifications that people can bear: alerts of one rule go together, a group is told of at once and then seldom, what comes and goes is told of once,
/// and all groups together keep to a rate. In any time T there are at most <c>Burst + T / OneEvery + T / GroupInterval + 1</c> of them, whatever happens.
/// </summary>
/// <param name="options">Times and bounds.</param>
/// <param name="now">Its beginning.</param>
public sealed class NotificationQueue(NotificationOptions options, DateTimeOffset now)
{
    private const int MostGroups = 1000;

    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private double _tokens = options.Burst;
    private DateTimeOffset _refilled = now;
    private DateTimeOffset _heldTold = DateTimeOffset.MinValue;
    private int _held;
    private long _number = now.ToUnixTimeMilliseconds();

    /// <summary>Takes an alert that began, changed or ended.</summary>
    public void Add(AlertView alert, DateTimeOffset now)
    {
        var key = KeyOf(alert);
        if (!_groups.TryGetValue(key, out var group))
        {
            if (!Counts(alert)) return; // the end of what was never told
            if (_groups.Count >= MostGroups)
            {
                _held++;
                return;
            }
            _groups[key] = group = new() { Due = now + options.GroupWait };
        }
        group.Alerts[alert.Id] = alert;
        // one that flaps is told of when it begins to, and then no more
        if (alert.Flapping && group.Flapping.Contains(alert.Id))
        {
            group.Calm = now + AlertSeries.FlapWindow;
            return;
        }
        if (alert.Flapping) group.Flapping.Add(alert.Id);
        else group.Flapping.Remove(alert.Id);
        group.IsChanged = true;
        if (group.Told is { } told) group.Due = told + options.GroupInterval > now ? told + options.GroupInterval : now + options.GroupWait;
    }

    /// <summary>What is to be told now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="seen">An alert as it is now, with its silence and who acknowledged it; null when it fires no more.</param>
    public IReadOnlyList<AlertNotification> Due(DateTimeOffset now, Func<AlertView, AlertView> seen)
    {
        Refill(now);
        List<AlertNotification>? due = null;
        foreach (var (key, group) in _groups.Where(g => g.Value.IsDue(now, options.RepeatInterval)).ToList())
            if (Tell(key, group, now, seen) is { } notification) (due ??= []).Add(notification);
        if (_held > 0 && now - _heldTold >= options.GroupInterval)
        {
            (due ??= []).Add(new(_number++, now, "held back", [], 0, 0, $"{_held} more notifications were held back, since so many came at once; 'granary alerts' lists what fires"));
            (_held, _heldTold) = (0, now);
        }
        return due ?? (IReadOnlyList<AlertNotification>)[];
    }

    /// <summary>Advice goes by the same rate; null when there is no room for it.</summary>
    public AlertNotification? Add(ScalingAdvice advice, DateTimeOffset now)
    {
        Refill(now);
        if (_tokens < 1) return null;
        _tokens--;
        return new(_number++, now, $"scaling {advice.Pool}", [], 0, 0, $"pool {advice.Pool}: {advice.Why}", advice);
    }

    private AlertNotification? Tell(string key, Group group, DateTimeOffset now, Func<AlertView, AlertView> seen)
    {
        AlertView[] alerts = [.. group.Alerts.Values.Select(seen).Select(a => StillFlaps(a, now) ? AsFiring(a) : a)];
        // what was acknowledged or silenced is not told again; its end is, when its beginning was
        AlertView[] told = [.. alerts.Where(a => a.SilencedBy.Length == 0 && (a.IsFiring ? Counts(a) && (a.AcknowledgedBy.Length == 0 || a.Changed > group.Told) : group.Known.Contains(a.Id)))];
        group.IsChanged = false;
        group.Calm = null;
        if (told.Length > 0 && _tokens < 1)
        {
            _held++;
            (group.IsChanged, group.Due) = (true, now + options.GroupInterval);
            return null;
        }
        foreach (var ended in alerts.Where(a => !a.IsFiring)) group.Alerts.Remove(ended.Id);
        if (told.Length == 0)
        {
            group.Told = group.Told is null ? null : now;
            if (group.Alerts.Count == 0) _groups.Remove(key);
            return null;
        }
        _tokens--;
        group.Told = now;
        var (firing, ends) = (told.Count(a => a.IsFiring), told.Count(a => !a.IsFiring));
        foreach (var alert in told)
            if (alert.IsFiring) group.Known.Add(alert.Id);
            else group.Known.Remove(alert.Id);
        if (group.Alerts.Count == 0) _groups.Remove(key);
        return new(_number++, now, key, [.. told.OrderByDescending(a => a.Level).ThenBy(a => a.Since).Take(AlertNotification.MostAlerts)], firing, ends, Summary(key, told, firing, ends));
    }

    /// <summary>What comes and goes is told of as firing, whichever it does at the moment.</summary>
    private static bool StillFlaps(AlertView alert, DateTimeOffset now) => alert.Flapping && now - alert.Changed < AlertSeries.FlapWindow;

    private static AlertView AsFiring(AlertView alert) =>
        alert.IsFiring ? alert : alert with { Level = Enum.Parse<AlertLevel>(alert.Labels["level"]), Ended = null };

    private bool Counts(AlertView alert) => alert.Level >= options.Least;

    private void Refill(DateTimeOffset now)
    {
        if (now <= _refilled) return;
        _tokens = Math.Min(options.Burst, _tokens + (now - _refilled) / options.OneEvery);
        _refilled = now;
    }

    // of a pool's rules each pool is a group of its own; a thousand nodes that fail at once are one
    private static string KeyOf(AlertView alert) => alert.Labels.TryGetValue("pool", out var pool) ? $"{alert.Rule} {pool}" : alert.Rule;

    private static string Summary(string key, AlertView[] alerts, int firing, int ended)
    {
        if (alerts is [var one]) return one.Flapping ? $"{one.Summary} (it comes and goes)" : one.Summary;
        var first = alerts.OrderByDescending(a => a.Level).First();
        return $"{key}: {firing} fire{(ended > 0 ? $", {ended} are over" : "")}; first {first.Summary}";
    }

    private sealed class Group
    {
        public Dictionary<string, AlertView> Alerts { get; } = new(StringComparer.Ordinal);

        /// <summary>Alerts whose beginning was told.</summary>
        public HashSet<string> Known { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Flapping { get; } = new(StringComparer.Ordinal);

        public bool IsChanged { get; set; }

        public DateTimeOffset Due { get; set; }

        public DateTimeOffset? Told { get; set; }

        /// <summary>When what flapped will have calmed down, if it changes no more.</summary>
        public DateTimeOffset? Calm { get; set; }

        public bool IsDue(DateTimeOffset now, TimeSpan repeat) => IsChanged ? Due <= now : Calm is { } calm ? calm <= now : Told is { } told && told + repeat <= now;
    }
}
