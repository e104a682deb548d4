using Granary.Abstractions.Json;
using Granary.Profiling;

namespace Granary.Grains.Profiling;

/// <summary>Reports as scripts read them.</summary>
internal static class ReportWords
{
    public static UseReportJson Of(UseReport report) => new(
        report.Of, report.At, [.. report.Current.Select(c => new UseValueJson(c.Metric, c.Value, c.Unit, c.Quality))], [.. report.Bottlenecks.Select(Of)],
        [.. report.Predictions.Select(p => new UsePredictionJson(p.Metric, p.Unit, p.Ahead.TotalSeconds, p.Value, p.Lower, p.Upper, p.Limit, p.ReachesLimitIn?.TotalSeconds, p.Model))],
        report.Suggestions);

    private static BottleneckJson Of(Bottleneck b) => new(
        b.Kind == BottleneckKind.NoisyNeighbour ? "noisy_neighbour" : b.Kind.ToString().ToLowerInvariant(), b.Severity.ToString().ToLowerInvariant(), b.Of, b.From, b.To, b.What,
        [.. b.Evidence.Select(e => new EvidenceJson(e.Name, e.Value, double.IsNaN(e.Limit) ? null : e.Limit))], b.Suggestion);
}
