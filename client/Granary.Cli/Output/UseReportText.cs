using System.Globalization;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;

namespace Granary.Cli.Output;

/// <summary>Reports of use for people.</summary>
internal static class UseReportText
{
    public static void Show(Call call, IReadOnlyList<UseReportJson> reports)
    {
        if (reports.Count == 0) call.Note("nothing has been told yet: a node's agent tells of it after some seconds");
        foreach (var report in reports)
        {
            call.Out.WriteLine($"{report.Of} at {report.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
            foreach (var use in report.CurrentUse) call.Out.WriteLine($"  {use.Metric,-28} {Amount(use.Unit, use.Value),14}{(use.Quality == "measured" ? "" : $"  ({use.Quality})")}");
            if (report.Bottlenecks.Count == 0) call.Out.WriteLine("  no bottleneck was found");
            foreach (var found in report.Bottlenecks) call.Out.WriteLine($"  {found.Severity}  {found.Kind}: {found.What}\n    {found.Suggestion}");
            Predictions(call, report);
            call.Out.WriteLine();
        }
    }

    public static void Predictions(Call call, UseReportJson report)
    {
        if (report.Predictions.Count == 0) return;
        call.Out.WriteLine("in 30 minutes");
        foreach (var p in report.Predictions)
            call.Out.WriteLine($"  {p.Metric}: {Amount(p.Unit, p.Value)} ({Amount(p.Unit, p.Lower)} to {Amount(p.Unit, p.Upper)}){(p.ReachesLimitInS is { } s ? string.Create(CultureInfo.InvariantCulture, $", at its limit in about {Math.Ceiling(s / 60)} min") : "")}");
    }

    public static string Amount(string unit, double value) => unit switch
    {
        "bytes" or "bytes/s" => string.Create(CultureInfo.InvariantCulture, $"{value / (1024 * 1024):0.##} MiB{unit[5..]}"),
        "ratio" => string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0}%"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.###}{(unit.Length > 0 ? " " + unit : "")}"),
    };
}
