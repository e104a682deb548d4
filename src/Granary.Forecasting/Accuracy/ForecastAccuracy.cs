namespace Granary.Forecasting.Accuracy;

/// <summary>How far forecasts are from what came. Every measure is the mean over the points given.</summary>
/// <remarks>
/// sMAPE and MASE as the M4 competition defines them (Makridakis, Spiliotis and Assimakopoulos, "The M4 Competition: 100,000 time series and 61 forecasting
/// methods", International Journal of Forecasting 36, 2020); MASE after Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006.
/// </remarks>
public static class ForecastAccuracy
{
    /// <summary>Symmetric mean absolute percentage error, 0 to 200: <c>200 |y - f| / (|y| + |f|)</c>. A point where both are 0 counts as 0.</summary>
    public static double Smape(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast)
    {
        Check(actual, forecast);
        var sum = 0.0;
        for (var i = 0; i < actual.Length; i++)
        {
            var size = Math.Abs(actual[i]) + Math.Abs(forecast[i]);
            if (size > 0) sum += Math.Abs(actual[i] - forecast[i]) / size;
        }
        return 200 * sum / actual.Length;
    }

    /// <summary>Mean absolute scaled error: the mean absolute error over that of the seasonal naive method within the history. </summary>
    /// <param name="history">What the forecast was made from, oldest first; longer than <paramref name="season"/>.</param>
    /// <param name="actual">What came.</param>
    /// <param name="forecast">As long as <paramref name="actual"/>.</param>
    /// <param name="season">1 or more; 1 scales by the naive method.</param>
    /// <returns>Null where the history repeats itself exactly, so that there is no scale.</returns>
    public static double? Mase(ReadOnlySpan<double> history, ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast, int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        if (history.Length <= season) throw new ArgumentException($"MASE needs a history longer than one season: {history.Length} points, season {season}", nameof(history));
        var scale = 0.0;
        for (var i = season; i < history.Length; i++) scale += Math.Abs(history[i] - history[i - season]);
        scale /= history.Length - season;
        var error = Mae(actual, forecast);
        return scale > 0 ? error / scale : null;
    }

    /// <summary>Mean absolute percentage error, in percent of what came, over the points that were not 0.</summary>
    /// <returns>Null where every point was 0.</returns>
    public static double? Mape(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast)
    {
        Check(actual, forecast);
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < actual.Length; i++)
        {
            if (actual[i] == 0) continue;
            sum += Math.Abs((actual[i] - forecast[i]) / actual[i]);
            count++;
        }
        return count > 0 ? 100 * sum / count : null;
    }

    /// <summary>Mean squared error.</summary>
    public static double Mse(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast)
    {
        Check(actual, forecast);
        var sum = 0.0;
        for (var i = 0; i < actual.Length; i++) sum += (actual[i] - forecast[i]) * (actual[i] - forecast[i]);
        return sum / actual.Length;
    }

    /// <summary>Mean absolute error.</summary>
    public static double Mae(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast)
    {
        Check(actual, forecast);
        var sum = 0.0;
        for (var i = 0; i < actual.Length; i++) sum += Math.Abs(actual[i] - forecast[i]);
        return sum / actual.Length;
    }

    /// <summary>The part of the points, 0 to 1, that lay within their interval, its ends counted in.</summary>
    public static double Coverage(ReadOnlySpan<double> actual, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        Check(actual, lower);
        Check(actual, upper);
        var within = 0;
        for (var i = 0; i < actual.Length; i++) if (actual[i] >= lower[i] && actual[i] <= upper[i]) within++;
        return (double)within / actual.Length;
    }

    private static void Check(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast)
    {
        if (actual.Length != forecast.Length)
            throw new ArgumentException($"{actual.Length} points came and {forecast.Length} were forecast: there must be as many", nameof(forecast));
        if (actual.IsEmpty) throw new ArgumentException("no points to measure", nameof(actual));
    }
}
