using Granary.Forecasting.Ensemble;

namespace Granary.Forecasting.Tracks;

/// <summary>A fit that is to be made on a copy of a track's history, wherever its owner likes, while the track goes on.</summary>
public sealed class TrackFit
{
    private readonly double[] _history;
    private readonly TrackOptions _options;

    private readonly TrackMemory? _kept;

    internal TrackFit(double[] history, long until, TrackOptions options, TrackMemory? kept) => (_history, Until, _options, _kept) = (history, until, options, kept);

    internal ReadOnlySpan<double> History => _history;

    /// <summary>How many steps the track had ended when this was begun.</summary>
    internal long Until { get; }

    /// <summary>Once <see cref="Run"/> has come back.</summary>
    internal ForecastEnsemble? Ensemble { get; private set; }

    internal TrackLstm? Network { get; private set; }

    /// <summary>Fits; a tenth of a second for a history without seasons, seconds for two weeks with them.</summary>
    public void Run()
    {
        int[] seasons = _options.Season > 1 && _history.Length >= _options.Season * 5 / 2 ? [_options.Season] : [];
        // as far as what was kept was learned for; else as far as a quarter of the history
        var learned = _kept?.Weights.Leads is [.., var furthest] && furthest >= 1 && furthest <= _options.Horizon ? furthest : Math.Clamp(_options.Horizon, 1, Math.Max(1, _history.Length / 4));
        List<IForecastModel> members = [.. StandardMembers.For(_history, seasons, learned)];
        if (_options.Network)
        {
            Network = new(new() { Horizon = learned, Seasons = seasons }, _kept?.Network);
            members.Add(Network);
        }
        var ensemble = new ForecastEnsemble(members, new EnsembleOptions { Horizon = learned, Coverage = _options.Coverage, Memory = _options.Memory });
        ensemble.Fit(_history);
        if (_kept is { } kept) ensemble.Restore(kept.Weights);
        Ensemble = ensemble;
    }
}
