namespace Granary.Telemetry;

/// <summary>Bytes of one ring, as long as they are written; what was never written reads as zero or is not there.</summary>
public interface IRingBytes : IDisposable
{
    /// <returns>Bytes read; fewer than asked for at the end.</returns>
    int Read(long offset, Span<byte> into);

    void Write(long offset, ReadOnlySpan<byte> bytes);
}

/// <summary>Where the rings of one set of series are kept.</summary>
public interface ISeriesFiles
{
    /// <summary>The list of series as it was last saved; null when there is none.</summary>
    byte[]? ReadDirectory();

    /// <summary>Replaces the list as a whole.</summary>
    void WriteDirectory(ReadOnlySpan<byte> bytes);

    /// <param name="name">Of the ring.</param>
    IRingBytes Open(string name);

    /// <summary>Removes a ring; nothing happens when there is none.</summary>
    void Delete(string name);

    /// <summary>Everything is put where it does no harm, for a person to look at; what follows begins anew.</summary>
    void SetAside();
}

/// <summary>In memory, as much as was written: for tests, and where no disk can be written.</summary>
public sealed class MemorySeriesFiles : ISeriesFiles
{
    private readonly Dictionary<string, Bytes> _rings = new(StringComparer.Ordinal);
    private byte[]? _directory;

    public int TimesSetAside { get; private set; }

    public byte[]? ReadDirectory() => _directory;

    public void WriteDirectory(ReadOnlySpan<byte> bytes) => _directory = bytes.ToArray();

    public IRingBytes Open(string name) => _rings.TryGetValue(name, out var ring) ? ring : _rings[name] = new();

    public void Delete(string name) => _rings.Remove(name);

    public void SetAside()
    {
        TimesSetAside++;
        _directory = null;
        _rings.Clear();
    }

    /// <summary>Changes one byte, as a disk that rots does.</summary>
    internal void Damage(string name, long offset) => _rings[name].Damage(offset);

    internal IReadOnlyCollection<string> Names => _rings.Keys;

    private sealed class Bytes : IRingBytes
    {
        private const int PageBytes = 64 * 1024;
        private readonly Dictionary<long, byte[]> _pages = [];

        public int Read(long offset, Span<byte> into)
        {
            for (var done = 0; done < into.Length;)
            {
                var (page, at) = Math.DivRem(offset + done, PageBytes);
                var part = into.Slice(done, (int)Math.Min(into.Length - done, PageBytes - at));
                if (_pages.TryGetValue(page, out var bytes)) bytes.AsSpan((int)at, part.Length).CopyTo(part);
                else part.Clear();
                done += part.Length;
            }
            return into.Length;
        }

        public void Write(long offset, ReadOnlySpan<byte> from)
        {
            while (!from.IsEmpty)
            {
                var (page, at) = Math.DivRem(offset, PageBytes);
                if (!_pages.TryGetValue(page, out var bytes)) _pages[page] = bytes = new byte[PageBytes];
                var part = from[..(int)Math.Min(from.Length, PageBytes - at)];
                part.CopyTo(bytes.AsSpan((int)at));
                from = from[part.Length..];
                offset += part.Length;
            }
        }

        public void Damage(long offset)
        {
            Span<byte> one = stackalloc byte[1];
            Read(offset, one);
            one[0] ^= 0x55;
            Write(offset, one);
        }

        public void Dispose()
        {
            // kept for who opens it again
        }
    }
}
