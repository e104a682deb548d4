using System.Buffers;

namespace Granary.Scheduling;

/// <summary>Bytes in pieces: it grows without copying what it has.</summary>
internal sealed class PieceWriter : IBufferWriter<byte>
{
    private const int FirstPiece = 16 * 1024;
    private const int LaterPieces = 256 * 1024;

    private readonly List<ReadOnlyMemory<byte>> _full = [];
    private byte[] _piece = new byte[FirstPiece];
    private int _used;
    private long _before;

    public long Length => _before + _used;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(sizeHint);
        return _piece.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Room(sizeHint);
        return _piece.AsSpan(_used);
    }

    /// <summary>All of it; valid until more is written.</summary>
    public ReadOnlySequence<byte> Bytes
    {
        get
        {
            var first = new Segment(_full.Count > 0 ? _full[0] : _piece.AsMemory(0, _used));
            var last = first;
            for (var i = 1; i < _full.Count; i++) last = last.Append(_full[i]);
            if (_full.Count > 0) last = last.Append(_piece.AsMemory(0, _used));
            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }

    private void Room(int size)
    {
        if (_piece.Length - _used >= Math.Max(1, size)) return;
        if (_used > 0) _full.Add(_piece.AsMemory(0, _used));
        _before += _used;
        _piece = new byte[Math.Max(LaterPieces, size)];
        _used = 0;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
