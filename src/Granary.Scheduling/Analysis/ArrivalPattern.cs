using Granary.Model;
using Granary.Scheduling.Journal;

namespace Granary.Scheduling.Analysis;

/// <summary>
/// How an agent's submissions come: the mean and the variation of the recent gaps by exponential smoothing, and how many came in each hour of
/// the day. Constant memory, a few operations an admission.
/// </summary>
internal sealed class ArrivalPattern
{
    private const int Hours = 24;

    /// <summary>The weight of the newest gap; the last sixteen or so count.</summary>
    private const double Smoothing = 1.0 / 16;

    private readonly float[] _byHour = new float[Hours];
    private double _mean;
    private double _square;
    private long _first;
    private long _last;

    public long Count { get; private set; }

    public void Add(long at)
    {
        if (Count++ > 0)
        {
            var gap = Math.Max(0, at - _last) / (double)Clock.Second;
            var weight = Math.Max(Smoothing, 1.0 / (Count - 1));
            _mean += weight * (gap - _mean);
            _square += weight * (gap * gap - _square);
        }
        else
            _first = at;
        _last = at;
        _byHour[at / Clock.Second / 3600 % Hours]++;
    }

    /// <summary>Null before three submissions.</summary>
    public ArrivalSummary? Summary()
    {
        if (Count < 3) return null;
        var variance = Math.Max(0, _square - _mean * _mean);
        var variation = _mean > 0 ? Math.Sqrt(variance) / _mean : 0;
        var busiest = 0;
        for (var hour = 1; hour < Hours; hour++)
            if (_byHour[hour] > _byHour[busiest]) busiest = hour;
        // An hour stands out when, over two days or more, it holds three times what it would of an even day.
        var daily = _last - _first >= 2 * Hours * 3600 * Clock.Second && _byHour[busiest] > 3 * Count / (double)Hours;
        var kind = daily ? "daily" : variation < 0.5 ? "steady" : variation <= 1.5 ? "random" : "bursty";
        return new ArrivalSummary(kind, Count, _mean, variation, daily ? busiest : null);
    }

    public void Write(ref JournalWriter w)
    {
        w.Number(Count);
        if (Count == 0) return;
        w.Double(_mean);
        w.Double(_square);
        w.Number(_first);
        w.Number(_last);
        foreach (var hour in _byHour) w.Number((long)hour);
    }

    public void Read(ref JournalReader r)
    {
        Count = r.Number();
        if (Count == 0) return;
        _mean = r.Double();
        _square = r.Double();
        _first = r.Number();
        _last = r.Number();
        for (var hour = 0; hour < Hours; hour++) _byHour[hour] = r.Number();
    }
}
