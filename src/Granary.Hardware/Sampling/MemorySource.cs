using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// <c>/proc/meminfo</c> in bytes, and from <c>/proc/vmstat</c> what moves a second: swap in bytes, major faults, processes killed for memory.
/// Where the kernel does not state what is available (before 3.14), free memory and page cache stand for it, as an estimate.
/// </summary>
public sealed class MemorySource : ITelemetrySource
{
    private readonly ReadBuffer _buffer;
    private readonly KeptFile _memory;
    private readonly KeptFile _activity;
    private readonly int _total, _used, _available, _free, _cached, _dirty, _swapTotal, _swapUsed, _swapIn, _swapOut, _faults, _kills;
    private Counter _swapInCounter, _swapOutCounter, _faultCounter, _killCounter;

    public MemorySource(SystemRoot root, SampleRow row, ReadBuffer buffer)
    {
        _buffer = buffer;
        _memory = new(root, "/proc/meminfo");
        _activity = new(root, "/proc/vmstat");
        (_total, _used, _available) = (row.Add("memory.total"), row.Add("memory.used"), row.Add("memory.available"));
        (_free, _cached, _dirty) = (row.Add("memory.free"), row.Add("memory.cached"), row.Add("memory.dirty"));
        (_swapTotal, _swapUsed, _swapIn, _swapOut) = (row.Add("swap.total"), row.Add("swap.used"), row.Add("swap.in"), row.Add("swap.out"));
        (_faults, _kills) = (row.Add("memory.major_faults"), row.Add("memory.oom_kills"));
    }

    public void Sample(SampleRow row, double seconds)
    {
        if (_memory.TryRead(_buffer, out var text)) SampleMemory(row, new FieldReader(text));
        if (_activity.TryRead(_buffer, out text)) SampleActivity(row, new FieldReader(text), seconds);
        else
        {
            _swapInCounter.Forget();
            _swapOutCounter.Forget();
            _faultCounter.Forget();
            _killCounter.Forget();
        }
    }

    public void Dispose()
    {
        _memory.Dispose();
        _activity.Dispose();
    }

    private void SampleMemory(SampleRow row, FieldReader fields)
    {
        double total = double.NaN, free = double.NaN, available = double.NaN, cached = double.NaN, swapTotal = double.NaN, swapFree = double.NaN;
        while (fields.NextLine())
        {
            var name = fields.UpTo((byte)':');
            if (name.SequenceEqual("MemTotal"u8)) total = Bytes(ref fields);
            else if (name.SequenceEqual("MemFree"u8)) free = Bytes(ref fields);
            else if (name.SequenceEqual("MemAvailable"u8)) available = Bytes(ref fields);
            else if (name.SequenceEqual("Cached"u8)) cached = Bytes(ref fields);
            else if (name.SequenceEqual("SwapTotal"u8)) swapTotal = Bytes(ref fields);
            else if (name.SequenceEqual("SwapFree"u8)) swapFree = Bytes(ref fields);
            else if (name.SequenceEqual("Dirty"u8)) row.Set(_dirty, Bytes(ref fields));
        }
        var quality = ReadingSource.Measured;
        if (double.IsNaN(available)) (available, quality) = (free + (double.IsNaN(cached) ? 0 : cached), ReadingSource.Estimated);
        row.Set(_total, total);
        row.Set(_free, free);
        row.Set(_cached, cached);
        row.Set(_available, available, quality);
        row.Set(_used, Math.Max(0, total - available), quality);
        row.Set(_swapTotal, swapTotal);
        row.Set(_swapUsed, Math.Max(0, swapTotal - swapFree));
    }

    private void SampleActivity(SampleRow row, FieldReader fields, double seconds)
    {
        while (fields.NextLine())
        {
            var name = fields.Word();
            if (name.SequenceEqual("pswpin"u8)) Rate(row, ref fields, _swapIn, ref _swapInCounter, seconds, Environment.SystemPageSize);
            else if (name.SequenceEqual("pswpout"u8)) Rate(row, ref fields, _swapOut, ref _swapOutCounter, seconds, Environment.SystemPageSize);
            else if (name.SequenceEqual("pgmajfault"u8)) Rate(row, ref fields, _faults, ref _faultCounter, seconds, 1);
            else if (name.SequenceEqual("oom_kill"u8)) Rate(row, ref fields, _kills, ref _killCounter, seconds, 1);
        }
    }

    private static void Rate(SampleRow row, ref FieldReader fields, int place, ref Counter counter, double seconds, double unit)
    {
        if (fields.Number(out var value)) row.SetRate(place, counter.Advance(value), seconds, unit);
    }

    private static double Bytes(ref FieldReader fields) => fields.Number(out var kib) ? kib * 1024.0 : double.NaN;
}
