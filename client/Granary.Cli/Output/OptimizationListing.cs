using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;

namespace Granary.Cli.Output;

/// <summary>Plans of a pool's capacity, and the weights that they set, for people.</summary>
internal static class OptimizationListing
{
    public static Listing<PlanOption> Plans { get; } = new(
        [
            new("PLAN", p => p.Plan),
            new("LATENCY", p => Number(p.LatencySeconds, "0.00s")),
            new("THROUGHPUT", p => Number(p.Throughput, "0.0%")),
            new("UTILISATION", p => Number(p.Utilisation, "0%")),
            new("FAIRNESS", p => Number(p.Fairness, "0.00")),
            new("SCORE", p => Number(p.Score, "0.000")),
            new("BEST FOR", p => string.Join(", ", p.Marks)),
        ],
        p => JsonSerializer.SerializeToNode(PlanOptionJson.From(p), GranaryJson.Default.PlanOptionJson),
        p => p.Plan, "there is no plan to choose");

    public static Listing<PlanOptionShare> Shares { get; } = new(
        [
            new("AGENT", s => s.Agent),
            new("CORES", s => Number(s.Cores, "0.##")),
            new("WEIGHT", s => Number(s.Weight, "0.####")),
        ],
        _ => null, s => s.Agent, "no agent is planned for");

    public static Listing<AppliedWeight> Weights { get; } = new(
        [
            new("AGENT", w => w.Agent),
            new("BEFORE", w => Number(w.Before, "0.####")),
            new("AFTER", w => Number(w.After, "0.####")),
            new("NOTE", w => w.Note),
        ],
        w => JsonSerializer.SerializeToNode(new AppliedWeightJson(w.Agent, w.Before, w.After, w.Note), GranaryJson.Default.AppliedWeightJson),
        w => w.Agent, "no weight was changed");

    public static string Summary(OptimizationReport report)
    {
        if (report.Front.Count == 0) return $"no plan: {report.Reason}";
        var load = report.Basis == "forecast" ? "for the load that is forecast" : "for the load as measured, as there is no forecast yet";
        var vouched = report.Advised ? "the path vouches for its own" : $"the path does not vouch for its own ({report.Reason})";
        return string.Create(CultureInfo.InvariantCulture,
            $"run {report.Run}: {report.Front.Count} of {report.Found} plans for {report.Capacity:0.##} cores, {load}; hypervolume {report.Hypervolume:0.000}; plan {report.Recommended} is recommended; {vouched}; nothing was changed");
    }

    public static string Stage(PathStage stage) => string.Create(CultureInfo.InvariantCulture, $"{stage.Name,-11} {stage.Status,-10} {stage.Milliseconds,7:0.0} ms  {stage.Reason}").TrimEnd();

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
