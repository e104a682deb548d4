namespace Granary.Optimization.Path;

/// <summary>The next steps: forecasts that were handed in, else the prediction held, with intervals from how far such forecasts were off in the past.</summary>
/// <param name="steps">Steps ahead that are wanted.</param>
/// <param name="least">Points of history for a plain forecast.</param>
public sealed class ForecastStage(int steps = 30, int least = 60) : IPathStage
{
    private const double Level = 0.9;
    private const int Looked = 120;

    public string Name => "forecast";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Situation.Forecasts is { } given)
        {
            for (var i = 0; i < given.Count; i++)
            {
                if (given[i].Steps < steps) return StageResult.TooLittle($"the forecast of {context.Situation.Agents[i].Id} has {given[i].Steps} of {steps} steps");
            }
            context.Forecasts = given;
            return StageResult.Done;
        }
        if (context.Predicted is not { } predicted) return StageResult.TooLittle("nothing is predicted");
        var bands = new ForecastBand[predicted.Length];
        for (var i = 0; i < bands.Length; i++)
        {
            double[] known = [.. context.Situation.History[i].Where(double.IsFinite)];
            if (known.Length < Math.Max(least, steps + 10)) return StageResult.TooLittle($"{context.Situation.Agents[i].Id} has {known.Length} of {Math.Max(least, steps + 10)} points of history");
            bands[i] = Held(known, predicted[i]);
        }
        context.Forecasts = bands;
        return StageResult.Done;
    }

    /// <summary>How far off is found for one, two, four, ... steps ahead from the last points, and in between in proportion.</summary>
    private ForecastBand Held(ReadOnlySpan<double> known, double value)
    {
        known = known[^Math.Min(known.Length, steps + Looked)..];
        var (mean, lower, upper, off) = (new double[steps], new double[steps], new double[steps], new double[known.Length]);
        var (from, to, before, after) = (1, 1, 0.0, Width(known, 1, off));
        for (var k = 1; k <= steps; k++)
        {
            if (k > to)
            {
                (from, to, before) = (to, Math.Min(2 * to, steps), after);
                after = Width(known, to, off);
            }
            var width = to == from ? after : before + (after - before) * (k - from) / (to - from);
            (mean[k - 1], lower[k - 1], upper[k - 1]) = (value, Math.Min(value, Math.Max(0, value - width)), value + width);
        }
        return new ForecastBand(mean, lower, upper, Level);
    }

    private static double Width(ReadOnlySpan<double> known, int ahead, double[] off)
    {
        var count = known.Length - ahead;
        for (var t = 0; t < count; t++) off[t] = Math.Min(Math.Abs(known[t + ahead] - known[t]), 1e100);
        Array.Sort(off, 0, count);
        return off[Math.Min(count - 1, (int)Math.Ceiling(Level * (count + 1)) - 1)];
    }
}
