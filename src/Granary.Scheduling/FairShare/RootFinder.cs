namespace Granary.Scheduling.FairShare;

/// <summary>Where a continuous function that never falls becomes positive.</summary>
/// <remarks>
/// False position with the Illinois correction (Dowell and Jarratt, BIT 11, 1971): on piecewise linear functions it lands on the right piece in a
/// few steps; halving now and then bounds the rest.
/// </remarks>
internal struct RootFinder(double low, double high, double atLow, double atHigh)
{
    private const double Exact = 1e-13;
    private const int MostSteps = 100;

    private double _low = low;
    private double _high = high;
    private double _atLow = atLow;
    private double _atHigh = atHigh;
    private int _side;
    private int _steps;

    /// <summary>The largest argument known at which the function is not positive.</summary>
    public readonly double Low => _low;

    /// <summary>The next argument to look at; false when the root is known as exactly as numbers allow.</summary>
    public bool Next(out double at)
    {
        at = _low;
        if (_atLow >= -Exact || _high - _low <= Exact * Math.Max(1, Math.Abs(_high)) || _steps++ >= MostSteps) return false;
        at = _steps % 4 == 0 ? (_low + _high) / 2 : (_low * _atHigh - _high * _atLow) / (_atHigh - _atLow);
        if (!(at > _low && at < _high)) at = (_low + _high) / 2;
        return at > _low && at < _high;
    }

    /// <summary>The function's value where <see cref="Next"/> said to look.</summary>
    public void Tell(double at, double value)
    {
        if (value <= Exact)
        {
            _low = at;
            _atLow = value;
            if (_side < 0) _atHigh /= 2;
            _side = -1;
        }
        else
        {
            _high = at;
            _atHigh = value;
            if (_side > 0) _atLow /= 2;
            _side = 1;
        }
    }
}
