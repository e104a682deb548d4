using Granary.Optimization.Control;

namespace Granary.Optimization.Benchmarks.Control;

/// <summary>A plain forecast, so that the controller is judged and not the forecast: an exponentially weighted mean, plus what the season's last round was over its own.</summary>
internal static class SimpleForecast
{
    public static LoadForecast Of(int season) => (history, horizon) =>
    {
        var level = Level(history);
        var before = season > 1 && history.Length > season ? Level(history[..^season]) : 0;
        for (var k = 0; k < horizon.Length; k++)
        {
            var seasonal = season > 1 && history.Length >= 2 * season ? history[history.Length + k - season] - before : 0;
            horizon[k] = Math.Max(0, level + 0.5 * seasonal);
        }
    };

    private static double Level(ReadOnlySpan<double> history)
    {
        var recent = history[Math.Max(0, history.Length - 60)..];
        var level = recent[0];
        foreach (var value in recent) level += 0.3 * (value - level);
        return level;
    }
}
