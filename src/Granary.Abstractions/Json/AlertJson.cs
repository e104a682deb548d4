using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>An alert, as scripts read it.</summary>
/// <param name="Level"><c>info</c>, <c>warning</c>, <c>error</c> or <c>critical</c>; <c>none</c> once it is over.</param>
/// <param name="State"><c>firing</c> or <c>ended</c>.</param>
/// <param name="Threshold">Null where there is none.</param>
/// <param name="SilencedBy">The silence that keeps it from being told; empty for none.</param>
public sealed record AlertJson(string Id, string Rule, string Level, string State, IReadOnlyDictionary<string, string> Labels, double? Value, double? Threshold, string Summary, string Help,
    DateTimeOffset Since, DateTimeOffset Changed, DateTimeOffset? Ended, bool Flapping, string AcknowledgedBy, string Comment, string SilencedBy)
{
    public static AlertJson From(AlertView a)
    {
        ArgumentNullException.ThrowIfNull(a);
        return new(a.Id, a.Rule, LevelWord(a.Level), a.IsFiring ? "firing" : "ended", a.Labels, Finite(a.Value), Finite(a.Threshold), a.Summary, a.Help,
            a.Since, a.Changed, a.Ended, a.Flapping, a.AcknowledgedBy, a.Comment, a.SilencedBy);
    }

    public static string LevelWord(AlertLevel level) => level.ToString().ToLowerInvariant();

    private static double? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 6) : null;
}

/// <summary>Alerts that are not told for a time.</summary>
/// <param name="Matchers">What labels must be.</param>
public sealed record SilenceJson(string Id, IReadOnlyDictionary<string, string> Matchers, DateTimeOffset From, DateTimeOffset Until, string By, string Comment)
{
    public static SilenceJson Of(Silence s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return new(s.Id, s.Matchers.GroupBy(m => m.Label, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Value), s.From, s.Until, s.By, s.Comment);
    }
}

/// <summary>A rule in force. Thresholds that it does not have are null.</summary>
public sealed record AlertRuleJson(string Name, string Subject, string Metric, string Kind, double? Info, double? Warning, double? Error, double? Critical, TimeSpan For, string Help)
{
    public static AlertRuleJson From(AlertRuleView r)
    {
        ArgumentNullException.ThrowIfNull(r);
        return new(r.Name, r.Subject.ToLowerInvariant(), r.Metric, r.Kind.ToLowerInvariant(), r.Info, r.Warning, r.Error, r.Critical, r.For, r.Help);
    }
}

/// <summary>Advice to change how many nodes a pool has.</summary>
/// <param name="Change">Nodes to add; negative for nodes to remove.</param>
public sealed record ScalingAdviceJson(string Pool, int Change, int Nodes, string Why, DateTimeOffset At)
{
    public static ScalingAdviceJson From(ScalingAdvice a)
    {
        ArgumentNullException.ThrowIfNull(a);
        return new(a.Pool, a.Change, a.Nodes, a.Why, a.At);
    }
}

/// <summary>What a webhook or a command is sent.</summary>
/// <param name="Level">The highest of the alerts that fire; <c>none</c> when all are over.</param>
/// <param name="Firing">How many of the group fire; at most 20 are in <paramref name="Alerts"/>.</param>
/// <param name="Scaling">Set when it is advice.</param>
public sealed record NotificationJson(long Number, DateTimeOffset At, string Group, string Level, string Summary, int Firing, int Ended, IReadOnlyList<AlertJson> Alerts, ScalingAdviceJson? Scaling)
{
    public static NotificationJson From(AlertNotification n)
    {
        ArgumentNullException.ThrowIfNull(n);
        return new(n.Number, n.At, n.Group, AlertJson.LevelWord(n.Level), n.Summary, n.Firing, n.Ended, [.. n.Alerts.Select(AlertJson.From)], n.Advice is { } a ? ScalingAdviceJson.From(a) : null);
    }
}
