using System.Globalization;
using Granary.Cli.Output;

namespace Granary.Cli.Run;

/// <summary>Progress as text: a screen for a terminal, one line for a pipe.</summary>
internal static class ProgressText
{
    private const int BarWidth = 40;

    /// <summary>The screen's lines, none wider than <paramref name="width"/> visible characters.</summary>
    public static IReadOnlyList<string> Screen(RunStatus status, int width, bool color)
    {
        var lines = new List<string>
        {
            Clip($"{status.Title}  {Clock(status.Elapsed)}{Left(status)}", width),
            Bar(status.All, width, color),
            "",
        };
        lines.AddRange(TableWriter.Lines(status.Domains, Columns, headers: true, color: false).Select((l, i) => i == 0 || !color
            ? Clip(l, width)
            : (status.Domains[i - 1].Bad > 0 ? Tone.Bad : Tone.Plain).Paint(Clip(l, width), color)));
        lines.Add("");
        lines.Add(Clip($"nodes: {status.Nodes}", width));
        lines.AddRange(status.Events.Select(e => Tone.Dim.Paint(Clip("  " + e, width), color)));
        return lines;
    }

    public static string Line(RunStatus status) =>
        $"{Clock(status.Elapsed)}  {Counts(status.All)}{Why(status.All)}; {status.Nodes}{Left(status)} | "
        + string.Join(", ", status.Domains.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Name} {d.Done}/{d.Total}")));

    private static IReadOnlyList<Column<DomainProgress>> Columns { get; } =
    [
        new("DOMAIN", d => d.Name),
        new("DONE", d => string.Create(CultureInfo.InvariantCulture, $"{d.Done}/{d.Total}")),
        new("RUNNING", d => d.Running.ToString(CultureInfo.InvariantCulture)),
        new("WAITING", d => d.Queued.ToString(CultureInfo.InvariantCulture)),
        new("FAILED", d => d.Bad.ToString(CultureInfo.InvariantCulture)),
        new("WHY", d => string.Join(", ", d.Waiting.Select(Reason))),
    ];

    private static string Bar(DomainProgress all, int width, bool color)
    {
        var counts = "  " + Counts(all);
        var bar = Math.Clamp(width - counts.Length - 2, 0, BarWidth);
        if (bar < 10) return Clip(counts.TrimStart(), width);
        var full = all.Total == 0 ? bar : (int)((long)bar * all.Done / all.Total);
        return "[" + Tone.Good.Paint(new string('#', full), color) + new string('.', bar - full) + "]" + counts;
    }

    private static string Counts(DomainProgress all) => string.Create(CultureInfo.InvariantCulture,
        $"{all.Done}/{all.Total} done, {all.Running} running, {all.Queued} waiting, {all.Bad} failed");

    private static string Why(DomainProgress all) => all.Waiting.Count == 0 ? "" : $" ({string.Join(", ", all.Waiting.Take(3).Select(Reason))})";

    private static string Reason((Model.WaitReason Reason, int Count) waiting) =>
        string.Create(CultureInfo.InvariantCulture, $"{waiting.Reason} {waiting.Count}");

    private static string Left(RunStatus status) =>
        status.Left is { } left && status.All.Done < status.All.Total ? $", about {Clock(left)} left" : "";

    /// <summary><c>0:07</c>, <c>12:30</c>, <c>1:02:03</c>.</summary>
    private static string Clock(TimeSpan span)
    {
        var seconds = (long)Math.Max(0, Math.Round(span.TotalSeconds));
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    private static string Clip(string text, int width) => width <= 0 || text.Length <= width ? text : text[..Math.Max(0, width - 1)] + "…";
}
