namespace Granary.Optimization.Scaling;

/// <summary>Why a number of units is recommended.</summary>
public enum ScalingReason
{
    /// <summary>What there is serves the forecast.</summary>
    Enough,

    /// <summary>The upper end of the forecast needs more.</summary>
    More,

    /// <summary>The whole forecast needs less.</summary>
    Less,

    /// <summary>A change would be due, and the last one is too recent.</summary>
    CoolingDown,

    /// <summary>More would be needed than there may be.</summary>
    AtLimit,

    /// <summary>The forecast does not reach beyond the time that a unit takes to be ready.</summary>
    TooLittleForecast,
}

/// <summary>A recommendation, with what it rests on.</summary>
/// <param name="At">When it was made, in microseconds.</param>
/// <param name="Units">How many there should be; <paramref name="From"/> where nothing is to be done.</param>
/// <param name="CostPerHour">What the change costs an hour more, or less where under 0.</param>
/// <param name="Peak">The highest upper end of the forecast that it provides for.</param>
/// <param name="NotBefore">With <see cref="ScalingReason.CoolingDown"/>: when the change may be made, in microseconds; else <paramref name="At"/>.</param>
public sealed record Recommendation(long At, int From, int Units, ScalingReason Reason, double CostPerHour, double Peak, long NotBefore, ForecastBand Forecast, TimeSpan Step)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => Reason switch
    {
        ScalingReason.More => $"{Units - From} more units ({From} to {Units}): up to {Peak:G4} of load is forecast; {CostPerHour:+0.##;-0.##;0} an hour",
        ScalingReason.Less => $"{From - Units} fewer units ({From} to {Units}): no more than {Peak:G4} of load is forecast; {CostPerHour:+0.##;-0.##;0} an hour",
        ScalingReason.CoolingDown => $"keep {From} units: the last change is too recent",
        ScalingReason.AtLimit => $"{Units} units are all there may be, and up to {Peak:G4} of load is forecast; raise the limit or defer work",
        ScalingReason.TooLittleForecast => $"keep {From} units: the forecast ends before a new unit would be ready",
        _ => $"keep {From} units: they serve the {Peak:G4} of load that is forecast",
    };
}

/// <summary>
/// Predictive scaling as advice: units for the highest upper end of the forecast once a unit could be ready. More at once; fewer only for what the whole forecast
/// leaves free; neither within its cool-down.
/// </summary>
public sealed class ScalingAdvisor
{
    private readonly ScalingOptions _options;
    private long? _changed;

    public ScalingAdvisor(ScalingOptions options)
    {
        options.Validate();
        _options = options;
    }

    /// <summary>Somebody changed the number of units: cool-downs begin.</summary>
    public void Changed(long now) => _changed = now;

    /// <param name="now">In microseconds.</param>
    /// <param name="units">Units that there are, with those on their way.</param>
    /// <param name="step">The time between two points of the forecast.</param>
    public Recommendation Recommend(long now, int units, ForecastBand forecast, TimeSpan step)
    {
        Require.AtLeast(units, 0, "the number of units");
        if (step <= TimeSpan.Zero) throw new ArgumentException($"the forecast's step is {step}; it must be over 0");
        var first = (int)Math.Min(int.MaxValue, _options.Lead.Ticks / step.Ticks);
        if (first >= forecast.Steps) return Keep(ScalingReason.TooLittleForecast, 0);
        var (later, all) = (Peak(forecast.Upper.AsSpan(first)), Peak(forecast.Upper));
        var need = Units(later);
        if (need > units)
        {
            if (Cooling(_options.CoolDownUp) is { } until) return Keep(ScalingReason.CoolingDown, later, until);
            return Change(Wanted(later) > _options.MaxUnits ? ScalingReason.AtLimit : ScalingReason.More, need, later);
        }
        if (Wanted(later) > _options.MaxUnits) return Keep(ScalingReason.AtLimit, later);
        if (Units(all) >= units) return Keep(ScalingReason.Enough, all);
        if (Cooling(_options.CoolDownDown) is { } later2) return Keep(ScalingReason.CoolingDown, all, later2);
        return Change(ScalingReason.Less, Units(all), all);

        Recommendation Keep(ScalingReason reason, double peak, long? until = null) => new(now, units, units, reason, 0, peak, until ?? now, forecast, step);

        Recommendation Change(ScalingReason reason, int to, double peak) => new(now, units, to, reason, (to - units) * _options.UnitCostPerHour, peak, now, forecast, step);

        long? Cooling(TimeSpan coolDown) => _changed is { } changed && now - changed < coolDown.Ticks / 10 ? changed + coolDown.Ticks / 10 : null;
    }

    private int Units(double load) => (int)Math.Clamp(Wanted(load), _options.MinUnits, _options.MaxUnits);

    private double Wanted(double load) => Math.Ceiling(load / (_options.UnitCapacity * _options.Target) - 1e-9);

    private static double Peak(ReadOnlySpan<double> upper)
    {
        var peak = 0.0;
        foreach (var value in upper) peak = Math.Max(peak, value);
        return peak;
    }
}
