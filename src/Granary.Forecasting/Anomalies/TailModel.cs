namespace Granary.Forecasting.Anomalies;

/// <summary>
/// How unusual a deviation is among those of the past, the recent ones more than the old. Within what was seen it counts, in a histogram whose bins grow by
/// 4.4%; above the 98th percentile it follows Pareto's tail with Hill's index ("A simple general approach to inference about the tail of a distribution", 1975),
/// drawn to a prior while few are there, as Siffer et al. take extreme values for thresholds on streams ("Anomaly detection in streams with extreme value
/// theory", 2017). 8 KiB, no allocation after it is made.
/// </summary>
internal sealed class TailModel(double memory)
{
    private const int PerDoubling = 16, Below = 20, Bins = 60 * PerDoubling, First = 20, Fewest = 30;
    private const double Top = 0.02, PriorIndex = 0.15, PriorCount = 20, Most = 10, FirstEver = 2, Reach = 32;
    private readonly double[] _weights = new double[Bins];
    private readonly double[] _first = new double[First];
    private double _total, _newest = 1, _unit, _edge, _above, _index = PriorIndex;
    private long _count;
    private int _fresh;

    /// <summary>-log10 of the probability of a deviation at least as large; 0 before it has seen 30. Up to 10.</summary>
    /// <param name="least">The deviation below which nothing is unusual.</param>
    public double Surprise(double deviation, double least)
    {
        if (_count < Fewest || deviation <= least) return 0;
        // until now nothing has ever deviated: how far this does says nothing, how long nothing did does
        if (_unit == 0) return Math.Log10(_count) + FirstEver;
        if (--_fresh < 0) Measure();
        var surprise = deviation > _edge ? -Math.Log10(_above) + (Math.Log10(deviation / _edge) / _index) : -Math.Log10((Sum(Bin(deviation)) + (0.5 * _newest)) / (_total + _newest));
        return Math.Clamp(surprise, 0, Most);
    }

    public void Add(double deviation)
    {
        _count++;
        if (_unit == 0)
        {
            _first[(int)((_count - 1) % First)] = deviation;
            if (_count >= First) Begin();
            return;
        }
        // the new weighs more instead of the old less, until the numbers grow too large
        _newest /= memory;
        // one spike must not make all others look usual: beyond so many times the edge it teaches no more
        Weigh(_edge > 0 ? Math.Min(deviation, Reach * _edge) : deviation);
        if (_newest > 1e12) Shrink();
    }

    // the unit is what deviations are measured in: the middle of the first that are not all nothing, the largest where more than half are
    private void Begin()
    {
        Span<double> sorted = stackalloc double[First];
        _first.CopyTo(sorted);
        sorted.Sort();
        _unit = sorted[First / 2] > 0 ? sorted[First / 2] : sorted[^1];
        if (_unit == 0) return;
        foreach (var deviation in _first) Weigh(deviation);
        // nothing, so often
        _weights[0] += Math.Min(_count - First, 1 / Math.Max(1 - memory, 1e-6));
        _total += Math.Min(_count - First, 1 / Math.Max(1 - memory, 1e-6));
        _fresh = 0;
    }

    private void Weigh(double deviation)
    {
        _weights[Bin(deviation)] += _newest;
        _total += _newest;
    }

    private void Shrink()
    {
        for (var n = 0; n < Bins; n++) _weights[n] /= _newest;
        _total /= _newest;
        _newest = 1;
    }

    private void Measure()
    {
        var (above, bin) = (0.0, Bins - 1);
        while (bin > 0 && above + _weights[bin] <= Top * _total) above += _weights[bin--];
        // one bin may hold more than the top
        if (above <= 0) above = Math.Max(_weights[bin--], _newest * 1e-9);
        var logs = 0.0;
        for (var n = bin + 1; n < Bins; n++) logs += _weights[n] * (n - bin - 0.5);
        logs *= Math.Log(2) / PerDoubling;
        _edge = _unit * Math.Pow(2, ((bin + 1.0) / PerDoubling) - Below);
        _above = above / _total;
        _index = ((logs / _newest) + (PriorCount * PriorIndex)) / ((above / _newest) + PriorCount);
        _fresh = (int)Math.Clamp(_count / 20, 1, 50);
    }

    private double Sum(int from)
    {
        var sum = 0.0;
        foreach (var weight in _weights.AsSpan(from)) sum += weight;
        return sum;
    }

    private int Bin(double deviation) => Math.Clamp((int)((Math.Log2(Math.Max(deviation, 1e-300) / _unit) + Below) * PerDoubling), 0, Bins - 1);
}
