namespace Granary.Optimization.Control;

/// <summary>
/// How far off forecasts were, by how far ahead they looked: the margin that would have covered a given part of the last errors. Distribution-free, as split
/// conformal prediction (Vovk, Gammerman and Shafer, 2005), on a sliding window.
/// </summary>
public sealed class ErrorQuantiles
{
    private readonly int _horizon, _window;
    private readonly double[] _forecasts, _errors, _sorted;
    private long _made;

    public ErrorQuantiles(int horizon, int window)
    {
        Require.AtLeast(horizon, 1, "the horizon");
        Require.AtLeast(window, 2, "the window of errors");
        (_horizon, _window) = (horizon, window);
        (_forecasts, _errors, _sorted) = (new double[horizon * horizon], new double[horizon * window], new double[window]);
    }

    /// <summary>Takes the actual point, judging every forecast of it.</summary>
    public void Observe(double actual)
    {
        for (var lead = 1; lead <= _horizon && lead <= _made; lead++)
        {
            var forecast = _forecasts[(_made - lead) % _horizon * _horizon + lead - 1];
            _errors[(lead - 1) * _window + (int)((_made - lead) % _window)] = actual - forecast;
        }
    }

    /// <summary>Remembers a forecast made after the last point.</summary>
    public void Made(ReadOnlySpan<double> forecast)
    {
        forecast[.._horizon].CopyTo(_forecasts.AsSpan((int)(_made % _horizon) * _horizon));
        _made++;
    }

    /// <summary>The error that this part of the last ones did not exceed; 0 as long as there are fewer than ten, and never under 0.</summary>
    public double Margin(int lead, double quantile)
    {
        var count = (int)Math.Min(_window, _made - lead);
        if (count < 10) return 0;
        _errors.AsSpan((lead - 1) * _window, count).CopyTo(_sorted);
        _sorted.AsSpan(0, count).Sort();
        return Math.Max(0, _sorted[Math.Min(count - 1, (int)Math.Ceiling(quantile * (count + 1)) - 1)]);
    }
}
