using System.Runtime.InteropServices;

namespace Granary.Profiling;

/// <summary>
/// The ring that the kernel writes records of one CPU into (perf_event_open(2), "MMAP layout"). One reader: it reads up to the head that the
/// kernel has published and then gives the room back.
/// </summary>
internal sealed unsafe class PerfRing : IDisposable
{
    private const int HeadOffset = 1024;
    private const int TailOffset = 1032;
    private readonly byte* _memory;
    private readonly nuint _length;
    private readonly byte* _data;
    private readonly ulong _size;

    private PerfRing(byte* memory, nuint length, ulong size)
    {
        _memory = memory;
        _data = memory + Environment.SystemPageSize;
        (_length, _size) = (length, size);
    }

    /// <param name="pages">Of data, a power of two.</param>
    /// <returns>Null when the kernel refuses: perf_event_mlock_kb is used up.</returns>
    public static PerfRing? Map(int descriptor, int pages)
    {
        var length = (nuint)((pages + 1) * Environment.SystemPageSize);
        var memory = PerfNative.mmap(0, length, 3, 1, descriptor, 0);
        return memory == PerfNative.MapFailed ? null : new((byte*)memory, length, (ulong)pages * (ulong)Environment.SystemPageSize);
    }

    /// <summary>Appends what is there to <paramref name="records"/>, whole records only.</summary>
    public void Drain(PerfRecords records)
    {
        var head = Volatile.Read(ref *(ulong*)(_memory + HeadOffset));
        var tail = *(ulong*)(_memory + TailOffset);
        while (tail < head)
        {
            var size = Header(tail).Size;
            if (size < sizeof(PerfHeader) || tail + size > head) break; // never, unless somebody else read this ring
            Copy(tail, records.Room(size));
            records.Take();
            tail += size;
        }
        Volatile.Write(ref *(ulong*)(_memory + TailOffset), head);
    }

    public void Dispose() => _ = PerfNative.munmap((nint)_memory, _length);

    // records are aligned to 8 bytes, so a header never wraps
    private PerfHeader Header(ulong at) => *(PerfHeader*)(_data + (at & (_size - 1)));

    private void Copy(ulong at, Span<byte> to)
    {
        var offset = at & (_size - 1);
        var first = (int)Math.Min((ulong)to.Length, _size - offset);
        new ReadOnlySpan<byte>(_data + offset, first).CopyTo(to);
        new ReadOnlySpan<byte>(_data, to.Length - first).CopyTo(to[first..]);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct PerfHeader
{
    public PerfRecordType Type;
    public ushort Misc;
    public ushort Size;
}

internal enum PerfRecordType : uint
{
    Mapping = 1,
    Lost = 2,
    Name = 3,
    Exit = 4,
    Throttle = 5,
    Unthrottle = 6,
    Fork = 7,
    Sample = 9,
    Mapping2 = 10,
    LostSamples = 13,
}
