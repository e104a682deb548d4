namespace Granary.Forecasting.Models.Smoothing;

/// <summary>Exponential smoothing in state space form, its error, trend and season chosen by Akaike's corrected criterion.</summary>
/// <remarks>
/// Hyndman, Koehler, Snyder and Grose, "A state space framework for automatic forecasting using exponential smoothing methods", International Journal of
/// Forecasting 18, 2002. Forms with multiplicative parts are only tried on series that are positive throughout; seasonal ones need two seasons.
/// Long histories are fitted on their last <see cref="LongestFit"/> points or twelve seasons, whichever is more.
/// </remarks>
/// <param name="season">Points in a season; 1 for none.</param>
/// <param name="form">Null to choose.</param>
public sealed class Ets(int season = 1, EtsForm? form = null) : ForecastModel
{
    /// <summary>The most points that weights are estimated on, where twelve seasons are fewer.</summary>
    public const int LongestFit = 2000;

    private readonly int _season = season >= 1 ? season : throw new ArgumentOutOfRangeException(nameof(season), season, "a season has at least one point");
    private EtsState? _state;
    private EtsForm _form = form ?? new(EtsError.Additive, EtsTrend.None, EtsSeason.None);

    public override string Name => $"ets({_form})";

    /// <summary>The form in force: the one asked for, or the one chosen by the last fit.</summary>
    public EtsForm Form => _form;

    private protected override void FitScaled(double[] history)
    {
        var longest = Math.Max(LongestFit, 12 * _season);
        if (history.Length > longest) history = history[^longest..];
        var positive = history.Min() > 1e-6;
        var seasonal = _season > 1 && history.Length >= 2 * _season;
        EtsFit? best = null;
        foreach (var candidate in form is { } one ? [one] : EtsForm.Admissible)
        {
            if (candidate.NeedsPositive && !positive) continue;
            if (candidate.Season != EtsSeason.None && !seasonal) continue;
            var fit = EtsFit.Of(candidate, history, _season);
            if (best is null || fit.Aicc < best.Aicc) best = fit;
        }
        // too short for any criterion, or a form that the series does not allow: plain smoothing, always defined
        if (best is null || !double.IsFinite(best.Aicc)) best = new EtsFit(new(EtsError.Additive, EtsTrend.None, EtsSeason.None), [0.5, 0, 0, 1, 0, 0], 0);
        _form = best.Form;
        _state = best.Run(history, _season);
    }

    private protected override void ObserveScaled(double value) => _state!.Observe(value);

    private protected override void ForecastScaled(Span<double> horizon) => _state!.Forecast(horizon);
}
