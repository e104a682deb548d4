namespace Granary.Forecasting.Anomalies;

/// <summary>What was told of one step of something that runs.</summary>
/// <param name="At">Beginning of the step.</param>
/// <param name="Value">Its average.</param>
public readonly record struct AnomalyFinding(DateTimeOffset At, double Value, AnomalyResult Result);

/// <summary>
/// The unusual steps of something that runs, from samples that come every second or so: each step's average goes through a detector when the step ends.
/// A sample costs a few additions, the end of a step one point of the detector. Not thread-safe.
/// </summary>
/// <remarks>
/// Samples that are not finite are left out and counted. So are those older than the step under way, but for a clock that was put back by ten steps or more: then
/// the step under way is let go and the new time counts. Steps without samples are no points.
/// </remarks>
public sealed class AnomalyTrack
{
    /// <summary>Steps before anything can be told of, but for what never moved.</summary>
    public const int Fewest = 30;

    private const int PutBack = 10;
    private readonly AnomalyDetector _detector;
    private long _at = long.MinValue;
    private double _mean;
    private int _samples;

    /// <exception cref="ArgumentException">A step of none, or options out of their ranges.</exception>
    public AnomalyTrack(TimeSpan step, AnomalyOptions? options = null)
    {
        if (step <= TimeSpan.Zero) throw new ArgumentException($"a step of {step} is no time; use one over 0", nameof(step));
        (Step, _detector) = (step, new(options));
    }

    public TimeSpan Step { get; }

    /// <summary>Steps judged.</summary>
    public long Steps => _detector.Count;

    /// <summary>Samples that were left out.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Takes a sample; what is unusual about the step that it ends, where it ends one.</summary>
    public AnomalyFinding? Observe(DateTimeOffset at, double value)
    {
        var step = at.UtcTicks / Step.Ticks;
        if (!double.IsFinite(value) || (step < _at && _at - step < PutBack))
        {
            LeftOut++;
            return null;
        }
        AnomalyFinding? found = null;
        if (_samples > 0 && step > _at)
        {
            var began = new DateTimeOffset(_at * Step.Ticks, TimeSpan.Zero);
            if (_detector.Observe(began, _mean) is { Flagged: true } result) found = new(began, _mean, result);
        }
        if (step != _at) (_at, _samples, _mean) = (step, 0, 0);
        _samples++;
        _mean += (value / _samples) - (_mean / _samples);
        return found;
    }

    /// <summary>Teaches what was usual at that time of the day, from what is stored.</summary>
    public void Recall(DateTimeOffset at, double value) => _detector.Recall(at, value);
}
