using Granary.Caching.Tiers;

namespace Granary.Caching.Tests.Tiers;

/// <summary>A file in memory that can be damaged, filled up and cut off.</summary>
internal sealed class MemoryBlockFile : IBlockFile
{
    public byte[] Content { get; set; } = [];

    /// <summary>The most it may hold; writing beyond writes what fits and throws, as a full disk does.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>How many more writes succeed; the one after writes half of its bytes and throws.</summary>
    public int WritesLeft { get; set; } = int.MaxValue;

    /// <summary>True once nothing can be changed any more.</summary>
    public bool Broken { get; set; }

    public int Flushes { get; private set; }

    public long Length => Content.Length;

    /// <summary>The same bytes in another file, as a restart finds them.</summary>
    public MemoryBlockFile Copy() => new() { Content = [.. Content] };

    public int Read(Span<byte> into, long offset)
    {
        if (offset >= Content.Length) return 0;
        var n = (int)Math.Min(into.Length, Content.Length - offset);
        Content.AsSpan((int)offset, n).CopyTo(into);
        return n;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (Broken) throw new IOException("input/output error");
        var failing = WritesLeft-- <= 0;
        if (failing) bytes = bytes[..(bytes.Length / 2)];
        var fits = (int)Math.Clamp(Room - offset, 0, bytes.Length);
        if (offset + fits > Content.Length)
        {
            var longer = Content;
            Array.Resize(ref longer, (int)(offset + fits));
            Content = longer;
        }
        bytes[..fits].CopyTo(Content.AsSpan((int)offset));
        if (failing) throw new IOException("input/output error");
        if (fits < bytes.Length) throw new IOException("no space left on device");
    }

    public void Flush()
    {
        if (Broken) throw new IOException("input/output error");
        Flushes++;
    }

    public void SetLength(long length)
    {
        if (Broken) throw new IOException("input/output error");
        var resized = Content;
        Array.Resize(ref resized, (int)length);
        Content = resized;
    }

    public void Dispose()
    {
    }
}
