using Granary.Model;

namespace Granary.Hardware;

/// <summary>What a machine used since the sample before; null for what is not known.</summary>
public readonly record struct UseSample(double? CpuPercent, double? MemoryPercent, double? DiskMiBPerSecond, double? NetworkMbps);

/// <summary>How busy a machine usually is: median and 95th percentile, with a half-life of a day. Pure: time is an argument.</summary>
public sealed class BaselineTracker
{
    /// <summary>Samples before anything is said.</summary>
    public const int Enough = 12;

    public static readonly TimeSpan HalfLife = TimeSpan.FromDays(1);

    private readonly DecayedHistogram[] _use = [new(HalfLife), new(HalfLife), new(HalfLife), new(HalfLife)];
    private DateTimeOffset _since;
    private long _samples;

    public void Add(UseSample sample, DateTimeOffset at)
    {
        if (_samples++ == 0) _since = at;
        Add(0, sample.CpuPercent, at);
        Add(1, sample.MemoryPercent, at);
        Add(2, sample.DiskMiBPerSecond, at);
        Add(3, sample.NetworkMbps, at);
    }

    /// <summary>Null before the first sample.</summary>
    public UtilisationBaseline? Baseline => _samples == 0 ? null : new(_samples, _since, Usual(0), Usual(1), Usual(2), Usual(3));

    private void Add(int which, double? value, DateTimeOffset at)
    {
        if (value is { } known) _use[which].Add(known, at);
    }

    private UsualUse Usual(int which)
    {
        var use = _use[which];
        if (use.Count >= Enough) return new(Readings.Measured(Math.Round(use.Quantile(0.5), 1)), Readings.Measured(Math.Round(use.Quantile(0.95), 1)));
        var none = Readings.Absent<double>(FormattableString.Invariant($"{use.Count} samples, {Enough} are needed"));
        return new(none, none);
    }
}
