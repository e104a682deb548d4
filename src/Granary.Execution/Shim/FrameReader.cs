using System.Buffers.Binary;
using System.Text;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>Reads the fields of one frame in the order they were written. A frame that is too short throws <see cref="InvalidDataException"/>.</summary>
internal ref struct FrameReader
{
    /// <summary>Larger frames are refused: 64 MiB hold tens of thousands of starts.</summary>
    public const int MaxFrame = 64 * 1024 * 1024;

    private ReadOnlySpan<byte> _rest;
    private string _lastPool = "";

    public FrameReader(ReadOnlySpan<byte> frame)
    {
        _rest = frame;
        Kind = (FrameKind)Byte();
    }

    public FrameKind Kind { get; }

    /// <summary>Cuts the next whole frame off the front of a buffer; false when more bytes are needed.</summary>
    public static bool TryCut(ref ReadOnlySpan<byte> buffer, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (buffer.Length < 4) return false;
        var size = BinaryPrimitives.ReadInt32LittleEndian(buffer);
        if (size is < 1 or > MaxFrame) throw new InvalidDataException($"frame of {size} bytes");
        if (buffer.Length - 4 < size) return false;
        frame = buffer.Slice(4, size);
        buffer = buffer[(4 + size)..];
        return true;
    }

    public byte Byte() => Take(1)[0];
    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));
    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));
    public string Text() => Encoding.UTF8.GetString(Take(Int()));
    public DateTimeOffset Time() => new(Long(), TimeSpan.Zero);
    public TimeSpan Span() => new(Long());

    public string[] Texts()
    {
        var texts = new string[Count()];
        for (var i = 0; i < texts.Length; i++) texts[i] = Text();
        return texts;
    }

    /// <summary>A number of items that follow; each takes at least one byte, so a larger number is damage.</summary>
    public int Count()
    {
        var count = Int();
        return count >= 0 && count <= _rest.Length ? count : throw new InvalidDataException($"{count} items in {_rest.Length} bytes");
    }

    public LeaseKey Key()
    {
        var pool = Take(Int());
        // nearly always the same pool as before: keep one string
        if (_lastPool.Length != pool.Length || !Same(pool, _lastPool)) _lastPool = string.Intern(Encoding.UTF8.GetString(pool));
        return new(new TaskId(_lastPool, Long()), Long());
    }

    public Lease Lease()
    {
        var key = Key();
        return new(key.Task, Text(), Int(), key.Token);
    }

    public ExitInfo Exit()
    {
        var code = Int();
        return new()
        {
            Code = code == int.MinValue ? null : code,
            Signal = Int(),
            PeakMemoryKiB = Long(),
            CpuTime = Span(),
            WallTime = Span(),
            Cause = (ExitCause)Byte(),
            Message = Text(),
        };
    }

    public TaskReport Report()
    {
        var lease = Lease();
        var kind = (ReportKind)Byte();
        var at = Time();
        return new(lease, kind, at, Byte() == 0 ? null : Exit());
    }

    private static bool Same(ReadOnlySpan<byte> utf8, string ascii)
    {
        for (var i = 0; i < utf8.Length; i++)
            if (utf8[i] != ascii[i]) return false;
        return true;
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size < 0 || size > _rest.Length) throw new InvalidDataException($"{size} bytes wanted, {_rest.Length} left");
        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }
}
