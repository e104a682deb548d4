using Granary.Model;

namespace Granary.Monitoring;

/// <summary>Whose metric a rule looks at.</summary>
public enum RuleSubject
{
    Node,
    Pool,
}

/// <summary>What a rule makes of a metric.</summary>
public enum RuleKind
{
    /// <summary>The value is over the thresholds.</summary>
    Above,

    /// <summary>The value is under the thresholds.</summary>
    Below,

    /// <summary>A robust trend reaches <see cref="AlertRule.Limit"/> sooner than the thresholds, in seconds.</summary>
    Reaches,

    /// <summary>Nothing has come for longer than the thresholds, in seconds. The metric is not looked at.</summary>
    Silent,
}

/// <summary>When something is worth an alert.</summary>
public sealed record AlertRule
{
    /// <summary>Of its own: one of a built-in rule takes that one's place.</summary>
    public string Name { get; init; } = "";

    public RuleSubject Subject { get; init; }

    /// <summary>A metric's name; with <c>/*</c> at its end every device's.</summary>
    public string Metric { get; init; } = "";

    public RuleKind Kind { get; init; }

    public double? Info { get; init; }

    public double? Warning { get; init; }

    public double? Error { get; init; }

    public double? Critical { get; init; }

    /// <summary>How far back beyond a threshold the value must come for its level to end, as a part of the threshold. Default 0.1.</summary>
    public double Hysteresis { get; init; } = 0.1;

    /// <summary>How long it must be beyond a threshold without a break. Default 0.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How long it must be back before the level ends. Default 30 s.</summary>
    public TimeSpan ClearFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For a trend: the value that must not be reached.</summary>
    public double Limit { get; init; } = 1;

    /// <summary>For a trend: what it is drawn through. Default 30 minutes.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What would help, for people.</summary>
    public string Help { get; init; } = "";

    /// <summary>The highest level whose threshold a value is beyond.</summary>
    public AlertLevel LevelOf(double value) => Level(value, 0);

    /// <summary>The highest level that a value does not end, once it was reached.</summary>
    public AlertLevel HeldBy(double value) => Level(value, Hysteresis);

    public double ThresholdOf(AlertLevel level) => level switch
    {
        AlertLevel.Info => Info,
        AlertLevel.Warning => Warning,
        AlertLevel.Error => Error,
        AlertLevel.Critical => Critical,
        _ => null,
    } ?? double.NaN;

    private AlertLevel Level(double value, double slack)
    {
        for (var level = AlertLevel.Critical; level > AlertLevel.None; level--)
        {
            var threshold = ThresholdOf(level);
            if (double.IsNaN(threshold)) continue;
            var margin = Math.Abs(threshold) * slack;
            if (Kind is RuleKind.Above or RuleKind.Silent ? value >= threshold - margin : value <= threshold + margin) return level;
        }
        return AlertLevel.None;
    }

    /// <exception cref="GranaryException">Invalid: what is wrong with it, and what would be right.</exception>
    public void Validate()
    {
        if (!Names.IsValid(Name)) throw GranaryException.Invalid($"rule '{Name}': is no name; use {Names.Rule}");
        if (Kind != RuleKind.Silent && Metric.Length == 0) throw Wrong("has no metric; 'granary telemetry NODE' and 'granary metrics --latest' list them");
        if (Kind == RuleKind.Silent && Subject != RuleSubject.Node) throw Wrong("only a node can be silent; set subject to node");
        if (Metric.StartsWith("task.", StringComparison.Ordinal)) throw Wrong("looks at single tasks, of which there is no end; use a metric of the node or the pool");
        double[] thresholds = [.. new[] { Info, Warning, Error, Critical }.OfType<double>()];
        if (thresholds.Length == 0) throw Wrong("has no threshold; set one of info, warning, error and critical");
        if (!thresholds.All(double.IsFinite)) throw Wrong("has a threshold that is no number");
        var rising = Kind is RuleKind.Above or RuleKind.Silent;
        if (!thresholds.SequenceEqual(rising ? thresholds.Order() : thresholds.OrderDescending())) throw Wrong($"its thresholds must {(rising ? "rise" : "fall")} from info to critical");
        if (Hysteresis is not (>= 0 and < 1)) throw Wrong("its hysteresis must be 0 or more and below 1");
        foreach (var (span, name) in (ReadOnlySpan<(TimeSpan, string)>)[(For, "for"), (ClearFor, "clear_for"), (Window, "window")])
            if (span < TimeSpan.Zero || span > TimeSpan.FromDays(7)) throw Wrong($"{name} must be between 0 and 7 days");
        if (Kind == RuleKind.Reaches && Window < TimeSpan.FromSeconds(30)) throw Wrong("a trend needs a window of 30 s at least");
    }

    private GranaryException Wrong(string what) => GranaryException.Invalid($"rule {Name}: {what}");
}
