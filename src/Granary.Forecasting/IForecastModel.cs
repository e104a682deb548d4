namespace Granary.Forecasting;

/// <summary>A model of one regular series: fitted on its history, moved on by one point at a time, asked for the points that follow.</summary>
/// <remarks>Values are finite: gaps are filled before they come here, and no model answers with a NaN or an infinity. Not thread-safe. The same calls give the same answers.</remarks>
public interface IForecastModel
{
    /// <summary>The field's name for the method, as in reports: <c>ets(AAdM)</c>, <c>theta</c>, <c>lstm</c>.</summary>
    string Name { get; }

    /// <summary>The fewest points that it can be fitted on.</summary>
    int MinimumLength { get; }

    /// <summary>Fits the model on a whole history, oldest point first.</summary>
    /// <exception cref="ArgumentException">The history is shorter than <see cref="MinimumLength"/> or holds a value that is not finite.</exception>
    void Fit(ReadOnlySpan<double> history);

    /// <summary>Takes the next point without a new fit; allocates nothing.</summary>
    void Observe(double value);

    /// <summary>Fills the span with the forecasts of the next points, one step ahead first; allocates nothing where the method allows it.</summary>
    void Forecast(Span<double> horizon);
}
