using Granary.Model;

namespace Granary.Hardware.Energy;

/// <summary>
/// What a machine draws when idle, learned from what it draws when more and less busy: power = a + b * busy part, by recursive least squares
/// with forgetting (Haykin, Adaptive Filter Theory, 4th ed., ch. 9). A machine that is always equally busy teaches nothing, so the start stays.
/// </summary>
internal sealed class PowerFit
{
    private const double Forgetting = 0.999; // at a tick a second, the last quarter of an hour
    private const double MostVariance = 1e6; // without news the estimate would grow ever more ready to follow noise
    private double _a, _b;
    private double _paa = 1, _pab, _pbb = 100;

    /// <param name="start">Believed until something was seen.</param>
    public PowerFit(PowerModel start) => (_a, _b) = (start.IdleWatts, start.DynamicWatts);

    public double IdleWatts => Math.Max(0, _a);

    public double DynamicWatts => Math.Max(0, _b);

    /// <param name="utilization">0 to 1.</param>
    /// <param name="watts">Measured at the same time.</param>
    public void Learn(double utilization, double watts)
    {
        if (!double.IsFinite(utilization) || !double.IsFinite(watts) || watts < 0) return;
        var x = Math.Clamp(utilization, 0, 1);
        var (ga, gb) = (_paa + _pab * x, _pab + _pbb * x);
        var divisor = Forgetting + ga + gb * x;
        var (ka, kb) = (ga / divisor, gb / divisor);
        var error = watts - (_a + _b * x);
        _a += ka * error;
        _b += kb * error;
        _paa = Math.Min(MostVariance, (_paa - ka * ga) / Forgetting);
        _pab = Math.Clamp((_pab - ka * gb) / Forgetting, -MostVariance, MostVariance);
        _pbb = Math.Min(MostVariance, (_pbb - kb * gb) / Forgetting);
    }
}
