namespace Granary.Forecasting.Models.Theta;

/// <summary>The dynamic theta model's states: a smoothed level, and the line through all points so far, kept up to date in constant time.</summary>
/// <remarks>Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler, "Models for optimising the theta method and their relationship to state space models", 2016, section 2.3.</remarks>
internal struct ThetaState
{
    private double _mean;
    private double _decay; // (1 - alpha)^n
    private long _count;

    public required double Alpha { get; init; }

    /// <summary>How far the second theta line bends away from the straight one; 2 is the classical method.</summary>
    public required double Theta { get; init; }

    public required double Level { get; set; }

    public double Intercept { get; private set; }

    public double Slope { get; private set; }

    /// <summary>The forecast of the next point.</summary>
    public readonly double Next()
    {
        if (_count == 0) return Level;
        var kept = 1 - Alpha;
        return Level + ((1 - (1 / Theta)) * ((_decay * Intercept) + ((1 - (_decay * kept)) / Alpha * Slope)));
    }

    /// <summary>Takes the next point; <see cref="Next"/> spoke of it before.</summary>
    public void Observe(double value)
    {
        if (_count == 0)
        {
            (_count, _mean, Intercept, Slope, _decay) = (1, value, value, 0, 1 - Alpha);
        }
        else
        {
            _count++;
            double t = _count;
            Slope = (((t - 2) * Slope) + (6 * (value - _mean) / t)) / (t + 1);
            _mean += (value - _mean) / t;
            Intercept = _mean - (Slope * (t + 1) / 2);
            _decay *= 1 - Alpha;
        }
        Level = (Alpha * value) + ((1 - Alpha) * Level);
    }
}
