namespace Granary.Forecasting.RunTimes;

/// <summary>What is expected of the next run of an agent's task of a class. Taken at one moment; later runs do not change it.</summary>
public sealed class RunTimeForecast
{
    private readonly double[] _distribution;
    private readonly double[] _calibration;

    internal RunTimeForecast(double[] distribution, double[] calibration, double success, double own, double classRuns, double allRuns, double relative)
    {
        (_distribution, _calibration) = (distribution, calibration);
        (SuccessRate, OwnRuns, ClassRuns, AllRuns, RelativeToClass) = (success, own, classRuns, allRuns, relative);
    }

    /// <summary>Whether any run has ever been seen; if not, every quantile is null.</summary>
    public bool IsKnown => _distribution.Length > 0;

    /// <summary>The probability that a run succeeds at all; 1 before anything is known.</summary>
    public double SuccessRate { get; }

    /// <summary>Successful runs of this agent and class behind it, the old ones for less.</summary>
    public double OwnRuns { get; }

    /// <summary>Of the class, whatever the agent.</summary>
    public double ClassRuns { get; }

    public double AllRuns { get; }

    /// <summary>The agent's median run time over that of the class: under 1 is faster than others.</summary>
    public double RelativeToClass { get; }

    /// <summary>How long the run takes at most with this probability (over 0, under 1), seconds; null when nothing is known.</summary>
    public double? Quantile(double probability)
    {
        if (probability is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "a probability over 0 and under 1 is needed");
        if (!IsKnown) return null;
        // which of the distribution's own quantiles came true so often
        var raw = RunTimeCalibration.Inverse(_calibration, probability);
        var sum = 0.0;
        for (var bin = 0; bin < _distribution.Length; bin++)
        {
            if (sum + _distribution[bin] >= raw && _distribution[bin] > 0) return RunTimeHistogram.Seconds(bin + Math.Clamp((raw - sum) / _distribution[bin], 0, 1));
            sum += _distribution[bin];
        }
        return RunTimeHistogram.Seconds(Array.FindLastIndex(_distribution, p => p > 0) + 1);
    }

    /// <summary>The probability that a run that succeeds is over within this time; 0 when nothing is known.</summary>
    public double Within(double seconds) => IsKnown && seconds > 0 ? RunTimeCalibration.At(_calibration, Raw(_distribution, seconds)) : 0;

    /// <summary>The probability that the run both succeeds and is over by then: that a deadline so far away is met.</summary>
    public double DeadlineSuccess(double secondsLeft) => SuccessRate * Within(secondsLeft);

    internal static double Raw(double[] distribution, double seconds)
    {
        var position = RunTimeHistogram.Position(seconds);
        var sum = 0.0;
        for (var bin = 0; bin < (int)position; bin++) sum += distribution[bin];
        return Math.Clamp(sum + (distribution[(int)position] * (position - (int)position)), 0, 1);
    }
}
