namespace Granary.Forecasting.Models.Smoothing;

/// <summary>Level, trend and season of an ETS model, moved on one point at a time.</summary>
/// <remarks>In error-correction form the states move alike for additive and multiplicative errors; only the likelihood tells them apart.</remarks>
internal sealed class EtsState(EtsForm form, int season)
{
    private readonly double[] _season = new double[form.Season == EtsSeason.None ? 0 : season];
    private int _phase;

    public double Alpha { get; set; }

    public double Beta { get; set; }

    public double Gamma { get; set; }

    public double Phi { get; set; } = 1;

    public double Level { get; private set; }

    public double Trend { get; private set; }

    /// <summary>Sets where the states begin.</summary>
    public void Begin(double level, double trend, ReadOnlySpan<double> seasonal)
    {
        Level = level;
        Trend = form.Trend == EtsTrend.None ? 0 : trend;
        seasonal[.._season.Length].CopyTo(_season);
        _phase = 0;
    }

    /// <summary>The forecast of the next point.</summary>
    public double Next()
    {
        var ahead = Level + (Phi * Trend);
        return form.Season switch
        {
            EtsSeason.None => ahead,
            EtsSeason.Additive => ahead + _season[_phase],
            _ => ahead * _season[_phase],
        };
    }

    /// <summary>Takes the next point.</summary>
    /// <returns>What <see cref="Next"/> said it would be.</returns>
    public double Observe(double value)
    {
        var ahead = Level + (Phi * Trend);
        double expected;
        switch (form.Season)
        {
            case EtsSeason.None:
                expected = ahead;
                Level = ahead + (Alpha * (value - expected));
                Trend = (Phi * Trend) + (Beta * (value - expected));
                return expected;
            case EtsSeason.Additive:
                expected = ahead + _season[_phase];
                Level = ahead + (Alpha * (value - expected));
                Trend = (Phi * Trend) + (Beta * (value - expected));
                _season[_phase] += Gamma * (value - expected);
                break;
            default:
                var seasonal = _season[_phase];
                expected = ahead * seasonal;
                var error = value - expected;
                if (Math.Abs(seasonal) > 1e-6)
                {
                    Level = ahead + (Alpha * error / seasonal);
                    Trend = (Phi * Trend) + (Beta * error / seasonal);
                }
                else
                {
                    Level = ahead;
                }
                if (Math.Abs(ahead) > 1e-6) _season[_phase] += Gamma * error / ahead;
                break;
        }
        if (++_phase == _season.Length) _phase = 0;
        return expected;
    }

    public void Forecast(Span<double> horizon)
    {
        var (damping, trend, phase) = (1.0, 0.0, _phase);
        for (var i = 0; i < horizon.Length; i++)
        {
            damping *= Phi;
            trend += damping * Trend;
            horizon[i] = Level + trend;
            if (_season.Length == 0) continue;
            horizon[i] = form.Season == EtsSeason.Additive ? horizon[i] + _season[phase] : horizon[i] * _season[phase];
            if (++phase == _season.Length) phase = 0;
        }
    }
}
