using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Alerts, silences, rules and advice in every format.</summary>
internal static class AlertListing
{
    public static Listing<AlertView> Alerts(DateTimeOffset now) => new(
        [
            new("ID", a => a.Id),
            new("LEVEL", a => a.IsFiring ? a.Level.ToString().ToUpperInvariant() : "over", Tone: a => ToneOf(a.Level)),
            new("RULE", a => a.Rule),
            new("SUMMARY", a => a.Flapping ? $"{a.Summary} (comes and goes)" : a.Summary),
            new("STATE", a => a.SilencedBy.Length > 0 ? $"silenced {a.SilencedBy}" : a.AcknowledgedBy.Length > 0 ? $"{a.AcknowledgedBy} looks after it" : ""),
            new("HELP", a => a.Help, Wide: true),
            new("COMMENT", a => a.Comment, Wide: true),
            new("AGE", a => Spans.Age(a.Ended ?? a.Since, now)),
        ],
        a => JsonSerializer.SerializeToNode(AlertJson.From(a), GranaryJson.Default.AlertJson),
        a => a.Id,
        "nothing is wrong");

    public static Listing<Silence> Silences(DateTimeOffset now) => new(
        [
            new("ID", s => s.Id),
            new("ALERTS", s => string.Join(' ', s.Matchers)),
            new("LEFT", s => Spans.Age(s.Until - now)),
            new("BY", s => s.By),
            new("COMMENT", s => s.Comment),
            new("AGE", s => Spans.Age(s.From, now)),
        ],
        s => JsonSerializer.SerializeToNode(SilenceJson.Of(s), GranaryJson.Default.SilenceJson),
        s => s.Id,
        "nothing is silenced");

    public static Listing<AlertRuleView> Rules { get; } = new(
        [
            new("RULE", r => r.Name),
            new("OF", r => r.Subject.ToLowerInvariant()),
            new("METRIC", r => r.Metric),
            new("WHEN", r => r.Kind.ToLowerInvariant()),
            new("INFO", r => Number(r.Info)),
            new("WARNING", r => Number(r.Warning)),
            new("ERROR", r => Number(r.Error)),
            new("CRITICAL", r => Number(r.Critical)),
            new("FOR", r => Durations.Format(r.For)),
            new("HELP", r => r.Help, Wide: true),
        ],
        r => JsonSerializer.SerializeToNode(AlertRuleJson.From(r), GranaryJson.Default.AlertRuleJson),
        r => r.Name,
        "there are no rules");

    public static Listing<ScalingAdvice> Advice(DateTimeOffset now) => new(
        [
            new("POOL", a => a.Pool),
            new("NODES", a => a.Nodes.ToString(CultureInfo.InvariantCulture)),
            new("CHANGE", a => a.Change.ToString("+0;-0", CultureInfo.InvariantCulture)),
            new("WHY", a => a.Why),
            new("AGE", a => Spans.Age(a.At, now)),
        ],
        a => JsonSerializer.SerializeToNode(ScalingAdviceJson.From(a), GranaryJson.Default.ScalingAdviceJson),
        a => a.Pool,
        "no change of nodes was advised");

    private static string Number(double? value) => value is { } v ? v.ToString("0.###", CultureInfo.InvariantCulture) : "";

    private static Tone ToneOf(AlertLevel level) => level switch
    {
        AlertLevel.Critical or AlertLevel.Error => Tone.Bad,
        AlertLevel.Warning => Tone.Warn,
        _ => Tone.Dim,
    };
}
