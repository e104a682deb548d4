using Granary.Forecasting.Ensemble;

namespace Granary.Forecasting.Tracks;

/// <summary>A fit that is to be made on a copy of a track's history, wherever its owner likes, while the track goes on.</summary>
public sealed class TrackFit
{
    private readonly double[] _history;
    private readonly TrackOptions _options;

    internal TrackFit(double[] history, long until, TrackOptions options) => (_history, Until, _options) = (history, until, options);

    internal ReadOnlySpan<double> History => _history;

    /// <summary>How many steps the track had ended when this was begun.</summary>
    internal long Until { get; }

    /// <summary>Once <see cref="Run"/> has come back.</summary>
    internal ForecastEnsemble? Ensemble { get; private set; }

    /// <summary>Fits; a tenth of a second for a history without seasons, seconds for two weeks with them.</summary>
    public void Run()
    {
        int[] seasons = _options.Season > 1 && _history.Length >= _options.Season * 5 / 2 ? [_options.Season] : [];
        var learned = Math.Clamp(_options.Horizon, 1, Math.Max(1, _history.Length / 4));
        var ensemble = new ForecastEnsemble(StandardMembers.For(_history, seasons, learned), new EnsembleOptions { Horizon = learned, Coverage = _options.Coverage, Memory = _options.Memory });
        ensemble.Fit(_history);
        Ensemble = ensemble;
    }
}
