using System.Buffers;
using System.Buffers.Binary;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Cuts what a connection receives into frames.</summary>
internal sealed class FrameReader(Wire wire)
{
    private const int ReadSize = 64 * 1024;

    /// <summary>What a connection keeps that says little: there may be ten thousand.</summary>
    private const int QuietSize = 1024;

    private byte[] _buffer = new byte[QuietSize];
    private int _start;
    private int _end;

    /// <summary>The longest frame that is let in.</summary>
    public int MaxBytes { get; set; } = Protocol.MaxHelloBytes;

    /// <summary>A whole frame that is in the buffer already: kind and body. It is valid until the next read.</summary>
    /// <exception cref="ProtocolException">The frame is too long or empty.</exception>
    public bool TryTake(out FrameKind kind, out ReadOnlySpan<byte> body)
    {
        kind = default;
        body = default;
        var available = _end - _start;
        if (available < Protocol.LengthBytes)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (length == 0 || length > (uint)MaxBytes)
            throw new ProtocolException($"a message of {length} bytes came where 1 to {MaxBytes} are allowed");
        if (available < Protocol.LengthBytes + (int)length)
            return false;
        kind = (FrameKind)_buffer[_start + Protocol.LengthBytes];
        body = _buffer.AsSpan(_start + Protocol.LengthBytes + 1, (int)length - 1);
        _start += Protocol.LengthBytes + (int)length;
        return true;
    }

    /// <summary>Bytes of the request that <see cref="TryTake"/> would give; 0 for anything else.</summary>
    public int NextRequestBytes
    {
        get
        {
            if (_end - _start <= Protocol.LengthBytes || (FrameKind)_buffer[_start + Protocol.LengthBytes] != FrameKind.Request)
                return 0;
            var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
            return length <= (uint)MaxBytes && length <= (uint)(_end - _start - Protocol.LengthBytes) ? (int)length : 0;
        }
    }

    /// <summary>Receives more; false at the end of the stream.</summary>
    /// <exception cref="ProtocolException">The stream ended within a frame.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        MakeRoom();
        var count = await wire.ReceiveAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        if (count == 0 && _end > _start)
            throw new ProtocolException("the connection ended within a message");
        _end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            if (_buffer.Length > QuietSize && _end <= QuietSize)
                Use(new byte[QuietSize]);
            _start = _end = 0;
        }
        // Room that is left is used before more is made: TLS brings a message in pieces of 16 KiB.
        if (_end < _buffer.Length)
            return;
        var needed = ReadSize;
        if (_end - _start >= Protocol.LengthBytes)
            needed = Math.Max(needed, Protocol.LengthBytes + (int)BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start)));
        // The buffer grows to what has come and not to what a length promises, so that a liar costs no memory.
        needed = Math.Min(needed, Math.Max(ReadSize, (_end - _start) * 2));
        if (needed <= _buffer.Length)
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        else
            Use(ArrayPool<byte>.Shared.Rent(needed));
        (_end, _start) = (_end - _start, 0);
    }

    private void Use(byte[] target)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        if (_buffer.Length > QuietSize)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = target;
    }
}
