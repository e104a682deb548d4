namespace Granary.Forecasting.Drift;

/// <summary>The two-sided cumulative sum test of Page and Hinkley for a step in the mean.</summary>
/// <remarks>
/// Page, "Continuous inspection schemes", Biometrika 41, 1954; Hinkley, "Inference about the change-point from cumulative sum tests", Biometrika 58, 1971.
/// Deviations are counted in standard deviations of the stream so far, so one setting serves streams of any size.
/// </remarks>
/// <param name="tolerance">Changes of the mean below this many standard deviations are let pass.</param>
/// <param name="threshold">The cumulative deviation that is a change; higher is slower and surer.</param>
/// <param name="warmUp">Points before the first verdict; 2 or more.</param>
public sealed class PageHinkley(double tolerance = 0.25, double threshold = 25, int warmUp = 30) : IDriftDetector
{
    private long _count;
    private double _mean;
    private double _squares;
    private double _up;
    private double _down;

    public bool Observe(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "a drift detector takes finite numbers");
        _count++;
        var deviation = value - _mean;
        if (_count > warmUp)
        {
            var width = Math.Sqrt(_squares / (_count - 2));
            // one wild point is no drift
            var standard = width > 0 ? Math.Clamp(deviation / width, -8, 8) : Math.Sign(deviation) * 8;
            _up = Math.Max(0, _up + standard - tolerance);
            _down = Math.Max(0, _down - standard - tolerance);
            if (Math.Max(_up, _down) > threshold)
            {
                Reset();
                return true;
            }
        }
        _mean += deviation / _count;
        _squares += deviation * (value - _mean);
        return false;
    }

    public void Reset() => (_count, _mean, _squares, _up, _down) = (0, 0, 0, 0, 0);
}
