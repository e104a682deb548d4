using Orleans;

namespace Granary.Model;

/// <summary>How much an alert matters.</summary>
[GenerateSerializer]
public enum AlertLevel
{
    None,
    Info,
    Warning,
    Error,
    Critical,
}

/// <summary>Something that is, or was, beyond a rule's threshold.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AlertView")]
public sealed record AlertView
{
    /// <summary>Short, of letters and digits; the same for the same rule and subject, so that it stays what people wrote down.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required string Rule { get; init; }

    /// <summary><c>rule</c>, <c>level</c>, <c>metric</c>, and what it is about: <c>node</c> or <c>pool</c>, and <c>thing</c> for a device.</summary>
    [Id(2)] public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary><see cref="AlertLevel.None"/> once it is over.</summary>
    [Id(3)] public AlertLevel Level { get; init; }

    /// <summary>The last value that was seen.</summary>
    [Id(4)] public double Value { get; init; }

    /// <summary>What it went beyond.</summary>
    [Id(5)] public double Threshold { get; init; }

    /// <summary>One line for people.</summary>
    [Id(6)] public string Summary { get; init; } = "";

    /// <summary>What would help; empty for nothing in particular.</summary>
    [Id(7)] public string Help { get; init; } = "";

    /// <summary>When it began to fire.</summary>
    [Id(8)] public DateTimeOffset Since { get; init; }

    /// <summary>When its level changed last.</summary>
    [Id(9)] public DateTimeOffset Changed { get; init; }

    /// <summary>When it was over; null while it fires.</summary>
    [Id(10)] public DateTimeOffset? Ended { get; init; }

    /// <summary>It comes and goes so often that only this is told.</summary>
    [Id(11)] public bool Flapping { get; init; }

    /// <summary>Who has taken it on; empty for nobody.</summary>
    [Id(12)] public string AcknowledgedBy { get; init; } = "";

    [Id(13)] public string Comment { get; init; } = "";

    /// <summary>The silence that keeps it from being told; empty for none.</summary>
    [Id(14)] public string SilencedBy { get; init; } = "";

    public bool IsFiring => Level != AlertLevel.None;
}

/// <summary>What a label must be. A value may end in <c>*</c>; a leading <c>!</c> means all others.</summary>
[GenerateSerializer, Immutable, Alias("Granary.LabelMatcher")]
public sealed record LabelMatcher([property: Id(0)] string Label, [property: Id(1)] string Value)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var actual = labels.GetValueOrDefault(Label, "");
        var (negated, pattern) = Value.StartsWith('!') ? (true, Value[1..]) : (false, Value);
        var matches = pattern.EndsWith('*') ? actual.StartsWith(pattern[..^1], StringComparison.Ordinal) : actual == pattern;
        return matches != negated;
    }

    public override string ToString() => $"{Label}={Value}";
}

/// <summary>Alerts that are not told for a time. They still fire.</summary>
[GenerateSerializer, Immutable, Alias("Granary.Silence")]
public sealed record Silence
{
    [Id(0)] public required string Id { get; init; }

    /// <summary>All of them must match.</summary>
    [Id(1)] public required IReadOnlyList<LabelMatcher> Matchers { get; init; }

    [Id(2)] public DateTimeOffset From { get; init; }

    /// <summary>When it expires.</summary>
    [Id(3)] public DateTimeOffset Until { get; init; }

    [Id(4)] public string By { get; init; } = "";

    [Id(5)] public string Comment { get; init; } = "";

    public bool IsActive(DateTimeOffset now) => From <= now && now < Until;

    public bool Matches(IReadOnlyDictionary<string, string> labels) => Matchers.All(m => m.Matches(labels));
}

/// <summary>Advice to change how many nodes a pool has, as what starts and stops machines can follow it.</summary>
/// <param name="Change">Nodes to add; negative for nodes to remove.</param>
/// <param name="Nodes">Nodes the pool has now.</param>
/// <param name="Why">One line for people.</param>
[GenerateSerializer, Immutable, Alias("Granary.ScalingAdvice")]
public sealed record ScalingAdvice(
    [property: Id(0)] string Pool,
    [property: Id(1)] int Change,
    [property: Id(2)] int Nodes,
    [property: Id(3)] string Why,
    [property: Id(4)] DateTimeOffset At);

/// <summary>Something to tell people: alerts of one group together.</summary>
/// <param name="Group">Rule and pool, or what else they have in common.</param>
/// <param name="Alerts">At most <see cref="MostAlerts"/> of them, the highest levels first.</param>
/// <param name="Firing">How many of the group fire.</param>
/// <param name="Ended">How many have ended since the last time it was told.</param>
/// <param name="Advice">Set when it is advice, and no alerts.</param>
[GenerateSerializer, Immutable, Alias("Granary.AlertNotification")]
public sealed record AlertNotification(
    [property: Id(0)] long Number,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Group,
    [property: Id(3)] IReadOnlyList<AlertView> Alerts,
    [property: Id(4)] int Firing,
    [property: Id(5)] int Ended,
    [property: Id(6)] string Summary,
    [property: Id(7)] ScalingAdvice? Advice = null)
{
    public const int MostAlerts = 20;

    /// <summary>The highest of those that fire; <see cref="AlertLevel.None"/> when all have ended.</summary>
    public AlertLevel Level => Alerts.Count == 0 ? Advice is null ? AlertLevel.None : AlertLevel.Info : Alerts.Max(a => a.Level);
}
