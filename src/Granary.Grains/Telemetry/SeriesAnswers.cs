using Granary.Abstractions;
using Granary.Model;
using Granary.Telemetry;

namespace Granary.Grains.Telemetry;

/// <summary>Queries of a series store as the grains answer them.</summary>
internal static class SeriesAnswers
{
    /// <param name="whose">For the error: <c>node n-1</c>.</param>
    /// <param name="help">What lists the metrics.</param>
    /// <exception cref="GranaryException">NotFound, with the nearest name that exists; Invalid.</exception>
    public static TelemetrySeries Answer(SeriesStore store, TelemetryQuery query, DateTimeOffset now, string whose, string help)
    {
        var to = query.To ?? now;
        if (store.Query(query.Metric, query.From ?? to.AddHours(-1), to, query.Step, now) is not { } answer)
        {
            var near = Suggestion.For(query.Metric, [.. store.Series.Select(s => s.Name)]);
            throw GranaryException.NotFound($"{whose} has no metric '{query.Metric}'; {(near is null ? help : $"did you mean '{near}'?")}");
        }
        var points = answer.Points;
        return new(query.Metric, answer.Start, answer.Step, answer.Resolution, answer.Quality,
            [.. points.Select(p => p.Min)], [.. points.Select(p => p.Mean)], [.. points.Select(p => p.Max)], [.. points.Select(p => p.Count)]);
    }
}
