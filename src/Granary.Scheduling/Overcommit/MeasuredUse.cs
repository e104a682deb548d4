using Granary.Model;

namespace Granary.Scheduling.Overcommit;

/// <summary>
/// What a node's machine was measured to use within the history, and what the pool makes of it. Between two readings the use counts as the
/// higher of them: only what has changed is kept.
/// </summary>
internal sealed class MeasuredUse
{
    /// <summary>Readings nearer to each other than this part of the history become one, the higher of them.</summary>
    public const int Parts = 64;

    private readonly List<Reading> _readings = [];

    /// <summary>Oldest first. The first may be older than the history: it holds where that begins.</summary>
    public IReadOnlyList<Reading> Readings => _readings;

    public Reading? Last => _readings.Count == 0 ? null : _readings[^1];

    /// <summary>Room beyond the node's own that may be given.</summary>
    public ResourceVector Extra { get; set; }

    /// <summary>What leases hold that rest on such room.</summary>
    public ResourceVector Spare { get; set; }

    public int SpareLeases { get; set; }

    /// <summary>What settled leases held when <see cref="Upper"/> was computed.</summary>
    public (long CpuMilli, long MemoryMiB) Settled { get; set; }

    /// <summary>The last reading was over the safe mark.</summary>
    public bool Breached { get; set; }

    /// <summary>The quantile of use over the history; null while it has not been measured for so long.</summary>
    public (long CpuMilli, long MemoryMiB)? Upper { get; private set; }

    public void Add(Reading reading, long history)
    {
        if (_readings.Count >= 2 && reading.At - _readings[^2].At < history / Parts)
        {
            var last = _readings[^1];
            _readings[^1] = new Reading(reading.At, Math.Max(last.CpuMilli, reading.CpuMilli), Math.Max(last.MemoryMiB, reading.MemoryMiB));
        }
        else
            _readings.Add(reading);
        var passed = 0;
        while (passed + 1 < _readings.Count && _readings[passed + 1].At <= reading.At - history) passed++;
        _readings.RemoveRange(0, passed);
    }

    /// <summary>A reading as a snapshot holds it.</summary>
    public void Restore(Reading reading) => _readings.Add(reading);

    /// <summary>The history begins anew with the last reading: what was measured before has been proved wrong.</summary>
    public void BeginAnew()
    {
        if (_readings.Count > 1) _readings.RemoveRange(0, _readings.Count - 1);
        Upper = null;
    }

    public void Clear()
    {
        _readings.Clear();
        Upper = null;
    }

    /// <summary>Computes <see cref="Upper"/>, after readings or the rules changed.</summary>
    public void Settle(long history, double quantile)
    {
        Upper = null;
        if (_readings.Count < 2 || _readings[0].At > _readings[^1].At - history) return;
        var from = _readings[^1].At - history;
        var parts = new (long Value, long Length)[_readings.Count - 1];
        var cpu = Quantile(parts, static r => r.CpuMilli, from, history, quantile);
        Upper = (cpu, Quantile(parts, static r => r.MemoryMiB, from, history, quantile));
    }

    /// <summary>The least value that was not exceeded for so great a part of the time from <paramref name="from"/> on.</summary>
    private long Quantile((long Value, long Length)[] parts, Func<Reading, long> value, long from, long history, double quantile)
    {
        for (var i = 0; i < parts.Length; i++)
            parts[i] = (Math.Max(value(_readings[i]), value(_readings[i + 1])), _readings[i + 1].At - Math.Max(from, _readings[i].At));
        Array.Sort(parts);
        var needed = (long)Math.Ceiling(quantile * history);
        long time = 0;
        foreach (var (amount, length) in parts)
            if ((time += length) >= needed) return amount;
        return parts[^1].Value;
    }
}
