using System.Numerics.Tensors;
using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Anomalies;

/// <summary>
/// Finds what is unusual in a stream, in one pass and bounded memory. Four views each measure a deviation: from the last points, from the profile of the season,
/// from the long-run median, and of a short mean from a long one. Each deviation is put among the past ones of its own kind, which makes a probability of it;
/// the least probable decides. What was just told of is no news: a point scores only as far as it is more unusual than the last ones, whose
/// weight falls tenfold in <see cref="AnomalyOptions.Quiet"/> points. That a score be a likelihood, judged against the scores' own history, is the
/// idea of Ahmad et al., "Unsupervised real-time anomaly detection for streaming data", 2017. Deterministic; about 40 KiB; a point allocates nothing; not thread-safe.
/// </summary>
/// <remarks>Points count in the order in which they come; a time only says where in the season they are, so gaps, duplicates and times out of order are no
/// errors. A value that is not finite is a gap: it scores 0 and nothing is learned of it. Values beyond 1e100 count as that.</remarks>
public sealed class AnomalyDetector
{
    private const int Near = 5;
    private const double Margin = 0.3, Largest = 1e100, Told = 1;
    private readonly AnomalyOptions _options;
    private readonly Window _recent;
    private readonly SeasonalProfile _profile;
    private readonly TailModel[] _tails;
    private double _median, _spread, _peak;

    public AnomalyDetector(AnomalyOptions? options = null)
    {
        _options = (options ?? new()).Validated();
        (_recent, _profile) = (new(_options.Long), new(_options.Season));
        _tails = [.. Enumerable.Range(0, 4).Select(_ => new TailModel(_options.Memory))];
    }

    /// <summary>Points taken; gaps are none.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the next point and judges it by those before.</summary>
    public AnomalyResult Observe(DateTimeOffset at, double value)
    {
        if (!double.IsFinite(value)) return new(0, false, AnomalyView.None, 0, 0, 1);
        value = Math.Clamp(value, -Largest, Largest);
        if (Count++ == 0) _median = value;
        var worst = new Finding(AnomalyView.None, value, value, 0);
        if (_recent.Count >= Near) Look(AnomalyView.Jump, MedianOfLast(), value, ref worst);
        if (_profile.TryNearest(at, value, out var usual)) Look(AnomalyView.Season, usual, value, ref worst);
        Look(AnomalyView.Level, _median, value, ref worst);
        _recent.Push(value);
        if (_recent.Count == _options.Long)
        {
            var all = _recent.Values;
            Look(AnomalyView.Shift, Mean(all[..^_options.Short]), Mean(all[^_options.Short..]), ref worst);
        }
        _profile.Add(at, value);
        Follow(value);
        return Tell(worst);
    }

    /// <summary>Teaches what was usual at that time of the season, and nothing else: for points from before those of the stream, which may be coarser than they are.</summary>
    public void Recall(DateTimeOffset at, double value)
    {
        if (double.IsFinite(value)) _profile.Add(at, Math.Clamp(value, -Largest, Largest));
    }

    private void Look(AnomalyView view, double expected, double seen, ref Finding worst)
    {
        var tail = _tails[(int)view - 1];
        var deviation = Math.Abs(seen - expected);
        var surprise = tail.Surprise(deviation, Math.Max(_options.Least, 1e-9 * Math.Max(Math.Abs(expected), Math.Abs(seen))));
        tail.Add(deviation);
        if (surprise > worst.Surprise) worst = new(view, expected, seen, surprise);
    }

    private AnomalyResult Tell(in Finding worst)
    {
        var news = worst.Surprise > _peak + Margin;
        _peak = news ? worst.Surprise : Math.Max(0, _peak - (1.0 / _options.Quiet));
        var score = 1 - Math.Pow(10, -(news ? worst.Surprise : Math.Min(worst.Surprise, Told)));
        return new(score, news && worst.Surprise >= _options.Threshold, worst.View, worst.Expected, worst.Seen, Math.Pow(10, -worst.Surprise));
    }

    // a step towards the value, whatever its distance, is a step towards the median; its length follows the spread, on which one spike has little hold
    private void Follow(double value)
    {
        var distance = Math.Abs(value - _median);
        _spread = _spread == 0 ? distance : _spread + (0.01 * (Math.Min(distance, 10 * _spread) - _spread));
        _median += 0.02 * _spread * Math.Sign(value - _median);
    }

    private double MedianOfLast()
    {
        Span<double> last = stackalloc double[Near];
        _recent.Values[^Near..].CopyTo(last);
        last.Sort();
        return last[Near / 2];
    }

    private static double Mean(ReadOnlySpan<double> values) => TensorPrimitives.Sum(values) / values.Length;

    private readonly record struct Finding(AnomalyView View, double Expected, double Seen, double Surprise);
}
