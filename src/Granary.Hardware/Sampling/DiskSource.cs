using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// <c>/proc/diskstats</c> (Documentation/admin-guide/iostats.rst) of whole devices that have ever done anything: bytes and operations a second,
/// mean time of a read and of a write in seconds (absent when there was none), part of the time with something under way, mean number
/// under way. The sums <c>disk.read</c> and <c>disk.write</c> leave out devices that are made of others (md, dm).
/// </summary>
public sealed class DiskSource : ITelemetrySource
{
    private const int MostDisks = 64;
    private const int SectorBytes = 512; // whatever the device's own is
    private readonly ReadBuffer _buffer;
    private readonly KeptFile _file;
    private readonly DeviceTable<Disk> _disks;
    private readonly int _read, _write;
    private readonly byte[] _whole = new byte[64];

    public DiskSource(SystemRoot root, SampleRow row, ReadBuffer buffer)
    {
        _buffer = buffer;
        _file = new(root, "/proc/diskstats");
        (_read, _write) = (row.Add("disk.read"), row.Add("disk.write"));
        _disks = new(MostDisks, name => new(row, name), disk => disk.Remove(row));
    }

    public void Sample(SampleRow row, double seconds)
    {
        _disks.Begin();
        double read = double.NaN, write = double.NaN;
        if (_file.TryRead(_buffer, out var text))
        {
            var fields = new FieldReader(text);
            var whole = 0;
            Span<ulong> numbers = stackalloc ulong[11];
            while (fields.NextLine())
            {
                fields.Skip(2);
                var name = fields.Word();
                if (name.IsEmpty || IsPartOf(name, _whole.AsSpan(0, whole))) continue;
                whole = Math.Min(name.Length, _whole.Length);
                name[..whole].CopyTo(_whole);
                var used = false;
                for (var i = 0; i < numbers.Length; i++)
                {
                    if (!fields.Number(out numbers[i])) numbers[i] = 0;
                    used |= numbers[i] != 0;
                }
                if (!used || _disks.Find(name) is not { } disk) continue;
                disk.Sample(row, numbers, seconds);
                if (disk.IsMadeOfOthers || !disk.HasRates) continue;
                read = (double.IsNaN(read) ? 0 : read) + disk.ReadBytes;
                write = (double.IsNaN(write) ? 0 : write) + disk.WriteBytes;
            }
        }
        _disks.End();
        row.Set(_read, read);
        row.Set(_write, write);
    }

    public void Dispose() => _file.Dispose();

    // a device is listed before its partitions: sda then sda1, nvme0n1 then nvme0n1p1
    private static bool IsPartOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> whole)
    {
        if (whole.IsEmpty || !name.StartsWith(whole) || name.Length == whole.Length) return false;
        var rest = name[whole.Length..];
        if (char.IsAsciiDigit((char)whole[^1])) return rest[0] == 'p' && rest.Length > 1 && AreDigits(rest[1..]);
        return AreDigits(rest);
    }

    private static bool AreDigits(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private sealed class Disk(SampleRow row, string name)
    {
        private readonly int _read = row.Add($"disk.read/{name}");
        private readonly int _write = row.Add($"disk.write/{name}");
        private readonly int _reads = row.Add($"disk.reads/{name}");
        private readonly int _writes = row.Add($"disk.writes/{name}");
        private readonly int _readLatency = row.Add($"disk.read_latency/{name}");
        private readonly int _writeLatency = row.Add($"disk.write_latency/{name}");
        private readonly int _busy = row.Add($"disk.busy/{name}");
        private readonly int _queue = row.Add($"disk.queue/{name}");
        private readonly Counter[] _counters = new Counter[11];

        public bool IsMadeOfOthers { get; } = name.StartsWith("dm-", StringComparison.Ordinal) || name.StartsWith("md", StringComparison.Ordinal);

        public bool HasRates { get; private set; }

        public double ReadBytes { get; private set; }

        public double WriteBytes { get; private set; }

        // reads, merged, sectors, ms; writes, merged, sectors, ms; under way, ms busy, ms weighted by what is under way
        public void Sample(SampleRow row, ReadOnlySpan<ulong> numbers, double seconds)
        {
            Span<ulong> grown = stackalloc ulong[11];
            HasRates = seconds > 0;
            for (var i = 0; i < numbers.Length; i++)
            {
                if (i == 8) continue;
                var increase = _counters[i].Advance(numbers[i]);
                HasRates &= increase is not null;
                grown[i] = increase ?? 0;
            }
            // one counter that began anew is another device under this name: nothing of this tick holds
            if (!HasRates) return;
            (ReadBytes, WriteBytes) = (grown[2] * (double)SectorBytes / seconds, grown[6] * (double)SectorBytes / seconds);
            row.Set(_read, ReadBytes);
            row.Set(_write, WriteBytes);
            row.Set(_reads, grown[0] / seconds);
            row.Set(_writes, grown[4] / seconds);
            if (grown[0] > 0) row.Set(_readLatency, grown[3] / 1000.0 / grown[0]);
            if (grown[4] > 0) row.Set(_writeLatency, grown[7] / 1000.0 / grown[4]);
            row.Set(_busy, Math.Min(1, grown[9] / 1000.0 / seconds), ReadingSource.Estimated);
            row.Set(_queue, grown[10] / 1000.0 / seconds);
        }

        public void Remove(SampleRow row)
        {
            foreach (var place in (ReadOnlySpan<int>)[_read, _write, _reads, _writes, _readLatency, _writeLatency, _busy, _queue]) row.Remove(place);
        }
    }
}
