namespace Granary.Optimization.Path;

/// <summary>The next steps: forecasts that were handed in, else the prediction held, with intervals from how far such forecasts were off in the past.</summary>
/// <param name="steps">Steps ahead that are wanted.</param>
/// <param name="least">Points of history for a plain forecast.</param>
public sealed class ForecastStage(int steps = 30, int least = 60) : IPathStage
{
    private const double Level = 0.9;

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

    private ForecastBand Held(double[] known, double value)
    {
        var (mean, lower, upper) = (new double[steps], new double[steps], new double[steps]);
        for (var k = 0; k < steps; k++)
        {
            var off = new double[known.Length - k - 1];
            for (var t = 0; t < off.Length; t++) off[t] = Math.Abs(known[t + k + 1] - known[t]);
            Array.Sort(off);
            var width = off[Math.Min(off.Length - 1, (int)Math.Ceiling(Level * (off.Length + 1)) - 1)];
            (mean[k], lower[k], upper[k]) = (value, Math.Min(value, Math.Max(0, value - width)), value + width);
        }
        return new ForecastBand(mean, lower, upper, Level);
    }
}
