using System.Globalization;
using Granary.Model;

namespace Granary.Monitoring;

/// <summary>Alerts in one line.</summary>
internal static class AlertText
{
    public static string Summary(AlertRule rule, RuleSubject subject, string name, string metric, AlertSeries series)
    {
        var whose = $"{(subject == RuleSubject.Node ? "node" : "pool")} {name}";
        if (series.Level == AlertLevel.None) return $"{whose}: {rule.Name} is over";
        if (series.Detail.Length > 0) return $"{whose}: {series.Detail}";
        var threshold = rule.ThresholdOf(series.Level);
        var lasting = rule.For > TimeSpan.Zero ? $" for {Durations.Format(rule.For)}" : "";
        return rule.Kind switch
        {
            RuleKind.Silent => $"{whose}: nothing was heard of it for {Span(series.Value)}",
            RuleKind.Reaches => $"{whose}: {metric} is {Number(series.Raw)} and reaches {Number(rule.Limit)} in {Span(series.Value)}",
            RuleKind.Below => $"{whose}: {metric} is {Number(series.Raw)}, not over {Number(threshold)}{lasting}",
            _ => $"{whose}: {metric} is {Number(series.Raw)}, not under {Number(threshold)}{lasting}",
        };
    }

    public static string Span(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Round(Math.Clamp(seconds, 0, 1e9)));
        return span.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays}d{span.Hours}h")
            : span.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h{span.Minutes:00}m")
            : span.TotalMinutes >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds}s");
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 1000 ? "0" : "0.###", CultureInfo.InvariantCulture);
}
