using Microsoft.Win32.SafeHandles;

namespace Granary.Caching.Tiers;

/// <summary>A file that is read and written at offsets. Anything may throw <see cref="IOException"/>, a full disk among it.</summary>
public interface IBlockFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads up to the length of <paramref name="into"/>; fewer bytes only where the file ends.</summary>
    int Read(Span<byte> into, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns once what was written would survive a loss of power.</summary>
    void Flush();

    void SetLength(long length);
}

/// <summary>A file on disk, which nobody else may open for writing meanwhile.</summary>
public sealed class DiskBlockFile : IBlockFile
{
    private readonly SafeFileHandle _handle;

    /// <exception cref="IOException">When it cannot be opened, or another process has it.</exception>
    public DiskBlockFile(string path) => _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(Span<byte> into, long offset)
    {
        var read = 0;
        while (read < into.Length)
        {
            var n = RandomAccess.Read(_handle, into[read..], offset + read);
            if (n == 0) break;
            read += n;
        }
        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

    public void Flush() => RandomAccess.FlushToDisk(_handle);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public void Dispose() => _handle.Dispose();
}
