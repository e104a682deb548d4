using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tracks;

/// <summary>The recurrent network as a member of a track's ensemble: trained at each fit, or, once after a restart, used with the weights that were kept.</summary>
internal sealed class TrackLstm(LstmOptions options, LstmWeights? kept) : IForecastModel
{
    private readonly LstmForecaster _forecaster = new(options);

    public string Name => _forecaster.Name;

    public int MinimumLength => _forecaster.MinimumLength;

    public LstmWeights? Weights => _forecaster.Weights;

    public void Fit(ReadOnlySpan<double> history)
    {
        if (kept is null || kept.Frame.Horizon != options.Horizon || !kept.Frame.Seasons.AsSpan().SequenceEqual([.. options.Seasons]))
        {
            _forecaster.Fit(history);
            return;
        }
        _forecaster.Start(history);
        _forecaster.Use(kept);
    }

    public void Observe(double value) => _forecaster.Observe(value);

    public void Forecast(Span<double> horizon) => _forecaster.Forecast(horizon);
}
