using System.Globalization;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.WhatIf;

/// <summary>Answers to what-if questions, and decisions, for people.</summary>
internal static class WhatIfText
{
    public static void Write(TextWriter output, WhatIfSubmission answer, DateTimeOffset now)
    {
        output.WriteLine(!answer.Admitted ? $"refused: {answer.Refusal}"
            : answer.Start is { } start && start > now ? $"would start in {Spans.Age(start - now)}{(answer.Node.Length > 0 ? $" on {answer.Node}" : "")}"
            : answer.Start is null ? "would wait; no start can be foreseen"
            : $"would start at once{(answer.Node.Length > 0 ? $" on {answer.Node}" : "")}");
        Fields.Write(output, Details(answer, now).Select(d => ("  " + d.Name, d.Value)));
        if (answer.Decision is { } decision) WriteOptions(output, decision);
    }

    public static void Write(TextWriter output, WhatIfNodeLoss answer)
    {
        output.WriteLine($"{answer.Node} lost: {answer.Verdict}");
        Fields.Write(output, new (string, string)[]
        {
            ("  capacity", answer.Capacity.ToString()),
            ("  work lost", answer.LostCoreSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{answer.LostCoreSeconds:0} core-seconds") : ""),
            ("  broken promises", string.Join(", ", answer.BrokenPromises)),
            ("  guarantees not covered", string.Join(", ", answer.UncoveredGuarantees)),
        });
        if (answer.Tasks.Count == 0) return;
        TableWriter.Write(output, answer.Tasks, Stranded, headers: true, color: false);
        if (answer.More > 0) output.WriteLine($"and {answer.More} more");
    }

    /// <summary>The ways that were compared, and what was checked.</summary>
    public static void WriteOptions(TextWriter output, DecisionRecord decision)
    {
        Fields.Write(output, new (string, string)[]
        {
            ("  kind", string.Join(' ', decision.Request.Categories)),
            ("  asks for", string.Join(", ", decision.Request.Demand.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Resource}={d.Asked} ({Part(d.OfPool)} of the pool; others wait for {Part(d.WantedByOthers)})")))),
            ("  arrivals", decision.Request.Arrivals is { } a ? string.Create(CultureInfo.InvariantCulture, $"{a.Kind}, one every {Spans.Age(TimeSpan.FromSeconds(a.MeanGapS))}{(a.BusiestHour is { } hour ? $", most at {hour}h UTC" : "")}") : ""),
            ("  conflicts", string.Join("; ", decision.Request.Conflicts)),
            ("  decision", decision.Chosen.Length == 0 ? decision.Because : $"{decision.Chosen}: {decision.Because}"),
            ("  failed checks", string.Join("; ", decision.Checks.Where(c => !c.Passed).Select(c => $"{c.Name}: {c.Detail}"))),
        });
        TableWriter.Write(output, decision.Options, Options, headers: true, color: false);
    }

    private static IEnumerable<(string Name, string Value)> Details(WhatIfSubmission answer, DateTimeOffset now)
    {
        yield return ("position", answer.Position > 0 ? answer.Position.ToString(CultureInfo.InvariantCulture) : "");
        yield return ("ends", answer.Finish is { } finish ? $"in {Spans.Age(finish - now)}" : "");
        yield return ("earliest", answer.EarliestFinish is { } earliest ? $"finish that could be promised: in {Spans.Age(earliest - now)}" : "");
        yield return ("delays", answer.Delayed is { } delayed ? delayed == 0 ? "nobody" : $"{delayed} waiting tasks, by {Spans.Age(TimeSpan.FromSeconds(answer.LargestDelayS ?? 0))} at most" : "");
        yield return ("notes", string.Join("; ", answer.Notes));
    }

    private static string Part(double part) => part >= double.MaxValue ? "more than all" : part.ToString("P0", CultureInfo.InvariantCulture);

    private static string Seconds(double? seconds) => seconds is { } s ? s == 0 ? "now" : Spans.Age(TimeSpan.FromSeconds(s)) : "-";

    private static readonly Column<AllocationOption>[] Options =
    [
        new("OPTION", o => o.Name),
        new("POSSIBLE", o => o.Feasible ? "yes" : "no"),
        new("STARTS", o => Seconds(o.StartS)),
        new("ENDS", o => Seconds(o.FinishS)),
        new("SHARE", o => o.ShareAfter.ToString("0.###", CultureInfo.InvariantCulture)),
        new("DETAIL", o => o.Detail),
    ];

    private static readonly Column<StrandedTask>[] Stranded =
    [
        new("TASK", t => t.Id.ToString()),
        new("AGENT", t => t.Agent),
        new("NAME", t => t.Name),
        new("FATE", t => t.Fate),
        new("NODE", t => t.Node),
        new("RAN", t => Spans.Age(TimeSpan.FromSeconds(t.RanS))),
    ];
}
