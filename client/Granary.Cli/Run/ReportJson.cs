using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions.Json;

namespace Granary.Cli.Run;

/// <summary>A report for programs: stable fields, seconds and fractions.</summary>
internal static class ReportJson
{
    public static JsonObject Of(RunReport report) => new()
    {
        ["succeeded"] = report.Succeeded,
        ["took_s"] = Seconds(report.Took),
        ["cpu_busy"] = report.CpuBusy is { } busy ? Math.Round(busy, 4) : null,
        ["cpu_held"] = Math.Round(report.CpuHeld, 4),
        ["all"] = Of(report.All),
        ["domains"] = new JsonArray([.. report.Domains.Select(Of)]),
        ["agents"] = new JsonArray([.. report.Agents.Select(Of)]),
        ["failures"] = new JsonArray([.. report.Failures.Select(Task)]),
        ["retried"] = new JsonArray([.. report.Retried.Select(Task)]),
    };

    private static JsonNode Of(Outcome outcome) => new JsonObject
    {
        ["name"] = outcome.Name,
        ["domain"] = outcome.Domain.Length == 0 ? null : outcome.Domain,
        ["agents"] = outcome.Agents,
        ["tasks"] = outcome.Tasks,
        ["succeeded"] = outcome.Succeeded,
        ["failed"] = outcome.Bad,
        ["failed_as_allowed"] = outcome.Allowed,
        ["open"] = outcome.Open,
        ["wait_median_s"] = Seconds(outcome.WaitMedian),
        ["wait_p95_s"] = Seconds(outcome.WaitP95),
        ["deadlines"] = outcome.Deadlines,
        ["deadlines_kept"] = outcome.DeadlinesKept,
        ["received_share_s"] = Math.Round(outcome.Received, 6),
        ["fair_share_s"] = Math.Round(outcome.Fair, 6),
        ["ratio"] = outcome.Ratio is { } ratio ? Math.Round(ratio, 4) : null,
    };

    private static JsonNode? Task(Model.TaskView task) => JsonSerializer.SerializeToNode(TaskJson.From(task), GranaryJson.Default.TaskJson);

    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}
