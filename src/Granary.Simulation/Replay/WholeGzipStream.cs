using System.Buffers.Binary;
using System.IO.Compression;

namespace Granary.Simulation.Replay;

/// <summary>
/// Unpacks gzip and refuses a file that is cut off, which <see cref="GZipStream"/> takes for its end: the last four bytes are the length of
/// what was packed (RFC 1952, ISIZE). A file of several members has several lengths; it is taken as it is.
/// </summary>
internal sealed class WholeGzipStream(FileStream file) : Stream
{
    private readonly GZipStream _gzip = new(file, CompressionMode.Decompress);
    private uint _length;
    private bool _checked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">The data are damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = _gzip.Read(buffer);
        unchecked
        {
            _length += (uint)read;
        }
        if (read == 0 && buffer.Length > 0 && !_checked) CheckLength();
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    private void CheckLength()
    {
        _checked = true;
        Span<byte> trailer = stackalloc byte[4];
        file.Position = Math.Max(0, file.Length - trailer.Length);
        file.ReadExactly(trailer);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _length && !HasMoreMembers()) throw new InvalidDataException("they end early");
    }

    /// <summary>True when the beginning of a member occurs again: its magic, deflate, and no reserved flag.</summary>
    private bool HasMoreMembers()
    {
        file.Position = 1;
        var seen = 0u;
        var buffer = new byte[64 * 1024];
        while (file.Read(buffer) is > 0 and var read)
            foreach (var next in buffer.AsSpan(0, read))
            {
                seen = (seen << 8) | next;
                if (seen >> 8 == 0x1f8b08 && next < 32) return true;
            }
        return false;
    }
}
