namespace Granary.Memory.Leaks;

/// <summary>When growth counts as a leak.</summary>
public sealed record LeakRules
{
    /// <summary>Samples kept of each name, 8 to 512.</summary>
    public int Samples { get; init; } = 120;

    /// <summary>Samples before anything is told.</summary>
    public int Warmup { get; init; } = 30;

    /// <summary>Mann-Kendall's z at least: 4 is one false alarm in 30,000 series without a trend.</summary>
    public double Sureness { get; init; } = 4;

    /// <summary>Growth over the samples at least, as a part of the median.</summary>
    public double Grown { get; init; } = 0.1;

    internal LeakRules Checked() => Samples is >= 8 and <= 512 && Warmup >= 4 && Warmup <= Samples && Sureness > 0 && Grown >= 0
        ? this
        : throw new ArgumentException($"leak rules of {Samples} samples, {Warmup} before the first: 8 to 512, and 4 to as many, are right");
}

/// <summary>One name that keeps growing.</summary>
public sealed record LeakSuspect(string Name, GrowthTrend Trend, double Now);

/// <summary>Tells which of many sizes keep growing: of pools, of types, of the heap after collections. A size that saws up and down, jumps once or is noisy is not one of them.</summary>
public sealed class LeakWatch(LeakRules? rules = null)
{
    private readonly LeakRules _rules = (rules ?? new()).Checked();
    private readonly Dictionary<string, List<(double Seconds, double Size)>> _series = new(StringComparer.Ordinal);

    /// <summary>Takes one sample of a name; one caller at a time.</summary>
    public void Observe(string name, double seconds, double size)
    {
        if (!double.IsFinite(size) || !double.IsFinite(seconds)) return;
        if (!_series.TryGetValue(name, out var series)) _series[name] = series = [];
        if (series.Count > 0 && seconds <= series[^1].Seconds) return;
        series.Add((seconds, size));
        if (series.Count > _rules.Samples) series.RemoveAt(0);
    }

    /// <summary>Forgets a name that is no more.</summary>
    public void Forget(string name) => _series.Remove(name);

    /// <summary>Names that keep growing, the fastest by part first.</summary>
    public IReadOnlyList<LeakSuspect> Suspects()
    {
        var suspects = new List<LeakSuspect>();
        foreach (var (name, series) in _series)
        {
            if (series.Count < _rules.Warmup) continue;
            double[] seconds = [.. series.Select(s => s.Seconds)], sizes = [.. series.Select(s => s.Size)];
            var trend = GrowthTrend.Of(seconds, sizes);
            // one that jumped once has risen over the whole, but not within its later half
            var later = GrowthTrend.Of(seconds.AsSpan(seconds.Length / 2), sizes.AsSpan(sizes.Length / 2));
            if (trend.Sureness >= _rules.Sureness && trend.Grown >= _rules.Grown && later.Sureness >= _rules.Sureness / 2 && later.PerSecond > trend.PerSecond / 4)
                suspects.Add(new LeakSuspect(name, trend, sizes[^1]));
        }
        suspects.Sort((a, b) => b.Trend.Grown.CompareTo(a.Trend.Grown));
        return suspects;
    }
}
