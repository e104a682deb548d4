namespace Granary.Profiling;

/// <summary>A metric over time, in equal steps up to now.</summary>
/// <param name="Limit">What it must stay below, where that is known.</param>
public sealed record UseHistory(string Metric, string Unit, TimeSpan Step, IReadOnlyList<double> Values, double? Limit = null);

/// <summary>Puts a report together. Pure.</summary>
public static class UseReports
{
    /// <summary>How far reports look ahead.</summary>
    public static TimeSpan Ahead { get; } = TimeSpan.FromMinutes(30);

    public static UseReport Of(BottleneckFacts facts, IReadOnlyList<UseValue> current, IReadOnlyList<UseHistory> histories, BottleneckThresholds limits, ISeriesForecast forecast)
    {
        var bottlenecks = BottleneckRules.Find(facts, limits);
        List<UsePrediction> predictions = [.. histories.Select(h => Predict(h, forecast)).OfType<UsePrediction>()];
        return new(facts.Of, facts.To, current, bottlenecks, predictions, Suggestions(bottlenecks, predictions));
    }

    public static UsePrediction? Predict(UseHistory history, ISeriesForecast forecast)
    {
        var steps = (int)Math.Clamp(Math.Ceiling(Ahead / history.Step), 1, 10_000);
        if (forecast.Predict([.. history.Values], steps) is not { } ahead) return null;
        TimeSpan? reaches = null;
        if (history.Limit is { } limit)
        {
            var last = history.Values.LastOrDefault(double.IsFinite, double.NaN);
            for (var i = 0; i < steps && reaches is null && last < limit; i++)
                if (ahead.Values[i] >= limit) reaches = history.Step * (i + 1);
        }
        // nothing that is measured here is negative
        return new(history.Metric, history.Unit, history.Step * steps, Math.Max(0, ahead.Values[^1]), Math.Max(0, ahead.Lower[^1]), Math.Max(0, ahead.Upper[^1]), history.Limit, reaches, ahead.Model);
    }

    private static List<string> Suggestions(IReadOnlyList<Bottleneck> bottlenecks, IReadOnlyList<UsePrediction> predictions)
    {
        var suggestions = bottlenecks.Select(b => $"{b.What}: {b.Suggestion}").Distinct(StringComparer.Ordinal).ToList();
        foreach (var prediction in predictions)
            if (prediction.ReachesLimitIn is { } when)
                suggestions.Add(FormattableString.Invariant($"{prediction.Metric} is expected to reach its limit in about {Math.Ceiling(when.TotalMinutes):0} min: act before that"));
        return suggestions;
    }
}
