using System.Globalization;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>A report for people.</summary>
internal static class ReportText
{
    private const int FailuresShown = 20;

    /// <param name="report">What to tell.</param>
    /// <param name="width">Columns of the terminal: agents are listed in a row each when it is 0, else packed under their domains.</param>
    /// <param name="where">Where logs and files are, a line each.</param>
    public static IReadOnlyList<string> Lines(RunReport report, int width, IReadOnlyList<string> where)
    {
        var lines = new List<string> { Headline(report), "" };
        lines.AddRange(TableWriter.Lines([.. report.Domains, report.All], Columns("DOMAIN", agents: true), headers: true, color: false));
        lines.Add("");
        lines.AddRange(width > 0 && report.Agents.Count > 20
            ? Packed(report, width)
            : TableWriter.Lines(report.Agents, Columns("AGENT", agents: false), headers: true, color: false));
        lines.Add("");
        lines.Add("GOT and OWED are dominant-share-seconds: the largest fraction of the pool held, over time. RATIO 1.00 is exactly the fair share.");
        lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"waiting: median {Spans.Took(report.All.WaitMedian)}, 95th percentile {Spans.Took(report.All.WaitP95)}, from when a task could run to its start"));
        lines.Add(report.All.Deadlines == 0 ? "deadlines: none" : string.Create(CultureInfo.InvariantCulture,
            $"deadlines: {report.All.DeadlinesKept} of {report.All.Deadlines} kept"));
        lines.Add($"utilisation: {(report.CpuBusy is { } busy ? $"cpu {NodeListing.Percent(busy)} busy, " : "")}{NodeListing.Percent(report.CpuHeld)} of the cores held by tasks");
        if (report.Retried.Count > 0) lines.Add($"retried and then succeeded: {string.Join(", ", report.Retried.Select(Named).Take(5))}{(report.Retried.Count > 5 ? ", ..." : "")}");
        lines.AddRange(Failures(report));
        lines.AddRange(where);
        return lines;
    }

    public static string Headline(RunReport report)
    {
        var all = report.All;
        var parts = new List<string> { string.Create(CultureInfo.InvariantCulture, $"{all.Succeeded} of {all.Tasks} tasks succeeded") };
        if (all.Bad > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{all.Bad} failed"));
        if (all.Allowed > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{all.Allowed} failed as allowed"));
        if (all.Open > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{all.Open} not ended"));
        return $"{(report.Succeeded ? "done" : "failed")} in {Spans.Took(report.Took)}: {string.Join(", ", parts)}";
    }

    private static IEnumerable<string> Failures(RunReport report)
    {
        if (report.Failures.Count == 0) yield break;
        yield return "failures:";
        foreach (var task in report.Failures.Take(FailuresShown))
            yield return $"  {Named(task)} of {task.Spec.Agent}: {Reason(task)}{(task.Spec.MayFail ? " (allowed)" : "")}";
        if (report.Failures.Count > FailuresShown) yield return string.Create(CultureInfo.InvariantCulture, $"  and {report.Failures.Count - FailuresShown} more");
    }

    private static string Reason(TaskView task) => TaskListing.ReasonOf(task) is { Length: > 0 } reason ? reason : task.State.ToString();

    private static string Named(TaskView task) => $"{task.Id} {TaskListing.Name(task)}";

    /// <summary>Agents of a domain side by side, each with its ratio: <c>solar-forecast 1.04</c>.</summary>
    private static IEnumerable<string> Packed(RunReport report, int width)
    {
        yield return "what each agent got of its fair share (RATIO):";
        foreach (var domain in report.Agents.GroupBy(a => a.Domain, StringComparer.Ordinal))
        {
            yield return $"  {domain.Key}";
            var cells = domain.Select(a => $"{a.Name} {Ratio(a)}{(a.Bad > 0 ? "!" : "")}").ToList();
            var cell = cells.Max(c => c.Length) + 2;
            var perRow = Math.Max(1, (width - 4) / cell);
            foreach (var row in cells.Chunk(perRow)) yield return "    " + string.Concat(row.Select(c => c.PadRight(cell))).TrimEnd();
        }
    }

    private static IReadOnlyList<Column<Outcome>> Columns(string first, bool agents) =>
    [
        new(first, o => o.Name),
        .. agents ? [new Column<Outcome>("AGENTS", o => Count(o.Agents))] : Array.Empty<Column<Outcome>>(),
        new("TASKS", o => Count(o.Tasks)),
        new("OK", o => Count(o.Succeeded)),
        new("FAILED", o => o.Allowed > 0 ? string.Create(CultureInfo.InvariantCulture, $"{o.Bad}+{o.Allowed} allowed") : Count(o.Bad)),
        new("WAIT P50", o => Spans.Took(o.WaitMedian)),
        new("WAIT P95", o => Spans.Took(o.WaitP95)),
        new("DEADLINES", o => o.Deadlines == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{o.DeadlinesKept}/{o.Deadlines}")),
        new("GOT", o => o.Received.ToString("0.00", CultureInfo.InvariantCulture)),
        new("OWED", o => o.Fair.ToString("0.00", CultureInfo.InvariantCulture)),
        new("RATIO", Ratio),
    ];

    private static string Ratio(Outcome outcome) => outcome.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static string Count(int n) => n.ToString(CultureInfo.InvariantCulture);
}
