namespace Granary.Hardware;

/// <summary>
/// Pressure stall information (Documentation/accounting/psi.rst): the part of the time since the tick before, 0 to 1, in which some task, or
/// every task that was not idle, waited for CPU, memory or I/O. From the totals in microseconds, which have no averaging of their own.
/// </summary>
public sealed class PressureSource : ITelemetrySource
{
    private readonly ReadBuffer _buffer;
    private readonly Kind[] _kinds;

    public PressureSource(SystemRoot root, SampleRow row, ReadBuffer buffer)
    {
        _buffer = buffer;
        _kinds = [.. new[] { "cpu", "memory", "io" }.Select(name => new Kind(
            new(root, $"/proc/pressure/{name}"), row.Add($"pressure.{name}.some"), row.Add($"pressure.{name}.full")))];
    }

    public void Sample(SampleRow row, double seconds)
    {
        foreach (var kind in _kinds) kind.Sample(row, _buffer, seconds);
    }

    public void Dispose()
    {
        foreach (var kind in _kinds) kind.File.Dispose();
    }

    private sealed class Kind(KeptFile file, int some, int full)
    {
        private Counter _some, _full;

        public KeptFile File => file;

        public void Sample(SampleRow row, ReadBuffer buffer, double seconds)
        {
            if (!file.TryRead(buffer, out var text))
            {
                _some.Forget();
                _full.Forget();
                return;
            }
            var fields = new FieldReader(text);
            while (fields.NextLine())
            {
                var which = fields.Word();
                if (which.SequenceEqual("some"u8)) Set(row, some, Total(ref fields), ref _some, seconds);
                else if (which.SequenceEqual("full"u8)) Set(row, full, Total(ref fields), ref _full, seconds);
            }
        }

        private static void Set(SampleRow row, int place, ulong? total, ref Counter counter, double seconds)
        {
            if (total is { } now && counter.Advance(now) is { } grown && seconds > 0) row.Set(place, Math.Min(1, grown / 1e6 / seconds));
        }

        private static ulong? Total(ref FieldReader fields)
        {
            while (fields.Word() is { IsEmpty: false } word)
                if (word.StartsWith("total="u8) && FieldReader.TryNumber(word[6..], out var total)) return total;
            return null;
        }
    }
}
