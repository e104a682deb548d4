using Granary.Model;
using Granary.Telemetry;

namespace Granary.Monitoring;

/// <summary>One rule's look at one subject: how long it has been beyond which threshold, and at which level it is.</summary>
internal sealed class AlertSeries(AlertRule rule)
{
    private const int MostPoints = 60;

    /// <summary>Changes within <see cref="FlapWindow"/> that make it flap.</summary>
    public const int FlapsAt = 6;

    public static readonly TimeSpan FlapWindow = TimeSpan.FromMinutes(10);

    private readonly DateTimeOffset?[] _since = new DateTimeOffset?[(int)AlertLevel.Critical + 1];
    private readonly Queue<DateTimeOffset> _changes = new();
    private List<(DateTimeOffset At, double Value)>? _points;
    private DateTimeOffset? _below;

    public AlertRule Rule => rule;

    public AlertLevel Level { get; private set; }

    /// <summary>The value that was compared: of a trend, the seconds that are left.</summary>
    public double Value { get; private set; }

    public double Raw { get; private set; }

    /// <summary>What the last value means, where whoever measured it said so.</summary>
    public string Detail { get; set; } = "";

    public DateTimeOffset Last { get; private set; }

    /// <summary>It fires as it did before a restart.</summary>
    public void Restore(AlertLevel level, double value, DateTimeOffset at) => (Level, Value, Last) = (level, value, at);

    /// <summary>Takes a value; true when the level changed.</summary>
    public bool Take(double value, DateTimeOffset at)
    {
        if (!double.IsFinite(value) || at < Last) return false; // late values are history, and history does not alert
        (Raw, Last) = (value, at);
        if (rule.Kind == RuleKind.Reaches)
        {
            if (!Add(value, at)) return false;
            value = SecondsLeft(at);
        }
        Value = value;
        return Settle(at);
    }

    public bool IsFlapping(DateTimeOffset now)
    {
        while (_changes.TryPeek(out var first) && now - first > FlapWindow) _changes.Dequeue();
        return _changes.Count >= FlapsAt;
    }

    /// <summary>Ends it, since what it was about is gone.</summary>
    public void End(DateTimeOffset at)
    {
        Level = AlertLevel.None;
        Changed(at);
    }

    private bool Settle(DateTimeOffset at)
    {
        var beyond = rule.LevelOf(Value);
        var reached = AlertLevel.None;
        for (var level = AlertLevel.Info; level <= AlertLevel.Critical; level++)
        {
            if (level > beyond) _since[(int)level] = null;
            else if (at - (_since[(int)level] ??= at) >= rule.For && !double.IsNaN(rule.ThresholdOf(level))) reached = level;
        }
        if (reached > Level)
        {
            Level = reached;
            _below = null;
            return Changed(at);
        }
        var held = rule.HeldBy(Value);
        if (held >= Level)
        {
            _below = null;
            return false;
        }
        if (at - (_below ??= at) < rule.ClearFor) return false;
        Level = held;
        _below = null;
        return Changed(at);
    }

    private bool Changed(DateTimeOffset at)
    {
        _changes.Enqueue(at);
        if (_changes.Count > FlapsAt) _changes.Dequeue();
        return true;
    }

    /// <summary>Keeps at most <see cref="MostPoints"/> of the window, evenly; true when there is a new one.</summary>
    private bool Add(double value, DateTimeOffset at)
    {
        _points ??= new(MostPoints + 1);
        if (_points.Count > 0 && at - _points[^1].At < rule.Window / MostPoints) return false;
        _points.Add((at, value));
        while (_points.Count > MostPoints || at - _points[0].At > rule.Window) _points.RemoveAt(0);
        return true;
    }

    /// <summary>Infinite unless the trend is certain, leads to the limit, and has been seen for a third of its window.</summary>
    private double SecondsLeft(DateTimeOffset at)
    {
        if (_points!.Count < 10 || at - _points[0].At < rule.Window / 3) return double.MaxValue;
        var trend = TheilSen.Fit([.. _points.Select(p => ((p.At - at).TotalSeconds, p.Value))]);
        var left = rule.Limit - trend.Level;
        if (left <= 0) return 0;
        return trend is { IsCertain: true, Slope: > 0 } ? left / trend.Slope : double.MaxValue;
    }
}
