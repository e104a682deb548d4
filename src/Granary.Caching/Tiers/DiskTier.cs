using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Caching.Tiers;

/// <summary>
/// The tier on an SSD: a ring of segments in one file, each written from its beginning to its end and given up whole, oldest first. What is read is returned
/// only when its checksum and its key are right. A crash loses at most what was being written: opening reads all segments and keeps every record that is
/// whole. A record that is replaced or removed is marked in place first, so that it cannot come back. A write that fails (a full disk) keeps the
/// entry out; a mark that fails empties the tier. Not thread-safe.
/// </summary>
public sealed class DiskTier : IDisposable
{
    private readonly DiskTierOptions _options;
    private readonly IBlockFile _file;
    private readonly Dictionary<string, Place> _index = new(StringComparer.Ordinal);
    private readonly List<string>[] _keys;
    private DiskHeader _header;
    private long _at;

    /// <param name="file">Owned from now on.</param>
    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public DiskTier(IBlockFile file, DiskTierOptions? options = null)
    {
        (_file, _options) = (file, (options ?? new DiskTierOptions()).Validated());
        var segments = (int)Math.Min(_options.Capacity / _options.SegmentBytes, int.MaxValue);
        _keys = [.. Enumerable.Range(0, segments).Select(_ => new List<string>())];
        _header = new DiskHeader(0, BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)), _options.SegmentBytes, segments);
        try
        {
            Recover();
        }
        catch (IOException e)
        {
            Abandon($"the file could not be opened as a cache: {e.Message}");
        }
    }

    /// <summary>Entries that can be read.</summary>
    public int Count => _index.Count;

    /// <summary>What they take on disk, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Records that were found damaged when they were asked for.</summary>
    public long Damaged { get; private set; }

    /// <summary>Writes that the file refused.</summary>
    public long FailedWrites { get; private set; }

    /// <summary>Why the tier does nothing any more; null while it works.</summary>
    public string? Disabled { get; private set; }

    private DiskTurn Turn => new(_header.Turn, _header.Secret);

    public bool Contains(string key) => _index.ContainsKey(key);

    /// <summary>The value, whole and right, or null.</summary>
    public byte[]? Read(string key)
    {
        if (!_index.TryGetValue(key, out var place)) return null;
        var buffer = ArrayPool<byte>.Shared.Rent(place.Length);
        try
        {
            var record = buffer.AsSpan(0, place.Length);
            if (_file.Read(record, place.Offset) == place.Length && Value(record, place.Turn, key) is { } value) return value;
        }
        catch (IOException)
        {
            // What cannot be read is not there.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        Damaged++;
        // It may be whole again when it is read next; then it must not be what was replaced meanwhile.
        Remove(key);
        return null;
    }

    /// <summary>Keeps a value; false when it is too large for a segment, or the file does not take it. An older value of the key is gone either way.</summary>
    public bool Write(string key, ReadOnlySpan<byte> value)
    {
        Remove(key);
        var keyLength = Encoding.UTF8.GetByteCount(key);
        var length = DiskRecord.Length(keyLength, value.Length);
        if (Disabled is not null || length > _options.SegmentBytes) return false;
        var buffer = ArrayPool<byte>.Shared.Rent((int)length + keyLength);
        try
        {
            var keyBytes = buffer.AsSpan((int)length, keyLength);
            Encoding.UTF8.GetBytes(key, keyBytes);
            // A key that is no valid Unicode would not come back as it was.
            if (Encoding.UTF8.GetString(keyBytes) != key) return false;
            if (_at + length > _options.SegmentBytes && !NextSegment()) return false;
            var place = new Place(OffsetOf(_header.Turn) + _at, (int)length, Turn);
            DiskRecord.Write(buffer.AsSpan(0, (int)length), Turn, keyBytes, value);
            if (!TryAppend(buffer.AsSpan(0, (int)length), place)) return false;
            _at += length;
            Keep(key, place);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Forgets a key so that it cannot come back.</summary>
    public bool Remove(string key)
    {
        if (!_index.TryGetValue(key, out var place)) return false;
        Forget(key);
        Invalidate(place);
        return true;
    }

    /// <summary>Makes what was written survive a loss of power.</summary>
    public void Flush()
    {
        try
        {
            _file.Flush();
        }
        catch (IOException)
        {
            FailedWrites++;
        }
    }

    public void Dispose() => _file.Dispose();

    private static byte[]? Value(ReadOnlySpan<byte> record, DiskTurn turn, string key) =>
        DiskRecord.TryReadHead(record, turn, out var keyLength, out var valueLength)
        && DiskRecord.Length(keyLength, valueLength) == record.Length
        && DiskRecord.IsIntact(record, turn, keyLength, valueLength)
        && Encoding.UTF8.GetString(record.Slice(DiskRecord.HeadLength, keyLength)) == key
            ? record.Slice(DiskRecord.HeadLength + keyLength, valueLength).ToArray()
            : null;

    private int SegmentOf(ulong turn) => (int)((turn - 1) % (ulong)_keys.Length);

    private long OffsetOf(ulong turn) => DiskHeader.Length + (long)SegmentOf(turn) * _options.SegmentBytes;

    private void Keep(string key, Place place)
    {
        _index[key] = place;
        _keys[SegmentOf(place.Turn.Number)].Add(key);
        Bytes += place.Length;
    }

    private void Forget(string key)
    {
        if (_index.Remove(key, out var place)) Bytes -= place.Length;
    }

    private bool TryAppend(ReadOnlySpan<byte> record, Place place)
    {
        try
        {
            _file.Write(record, place.Offset);
            return true;
        }
        catch (IOException)
        {
            FailedWrites++;
        }
        // It was refused, so it must not be found whole after a crash either.
        if (Disabled is null) Invalidate(place, onlyIfWhole: true);
        return false;
    }

    private void Invalidate(Place place, bool onlyIfWhole = false)
    {
        try
        {
            if (onlyIfWhole)
            {
                var head = new byte[DiskRecord.HeadLength];
                if (_file.Read(head, place.Offset) < head.Length || !DiskRecord.TryReadHead(head, place.Turn, out _, out _)) return;
            }
            Span<byte> invalid = stackalloc byte[8];
            invalid.Clear();
            _file.Write(invalid, place.Offset + DiskRecord.BodyCheckAt);
            if (_options.FlushRemovals) _file.Flush();
        }
        catch (IOException e)
        {
            Abandon($"a removed entry could not be marked: {e.Message}");
        }
    }

    /// <summary>Goes on in the segment after this one, which is the oldest; what was in it is gone.</summary>
    private bool NextSegment()
    {
        var next = _header with { Turn = _header.Turn + 1 };
        try
        {
            next.Write(_file);
            if (_options.FlushRemovals) _file.Flush();
        }
        catch (IOException e)
        {
            Abandon($"the next segment could not be begun: {e.Message}");
            return false;
        }
        _header = next;
        var segment = SegmentOf(next.Turn);
        foreach (var key in _keys[segment])
            if (_index.TryGetValue(key, out var place) && SegmentOf(place.Turn.Number) == segment && place.Turn.Number != next.Turn) Forget(key);
        _keys[segment].Clear();
        _at = 0;
        return true;
    }

    private void Recover()
    {
        var known = DiskHeader.Read(_file);
        if (known is null || known.SegmentBytes != _header.SegmentBytes || known.Segments != _header.Segments) _file.SetLength(0);
        else
        {
            _header = known;
            for (var back = 0UL; back < (ulong)_keys.Length && back < known.Turn; back++)
            {
                // In the ring each segment can only be of one turn; what is left in it of an older one was given up long ago.
                var turn = new DiskTurn(known.Turn - back, known.Secret);
                DiskRecovery.Scan(_file, OffsetOf(turn.Number), _options.SegmentBytes, turn, (key, offset, length) =>
                {
                    // A key has one valid record. Two mean that a mark was lost: which is right cannot be known, so neither is.
                    if (_index.ContainsKey(key)) Remove(key);
                    else Keep(key, new Place(offset, length, turn));
                });
            }
        }
        // Never behind a record that may be torn: writing begins with a segment of its own.
        NextSegment();
    }

    /// <summary>What is on the disk can no longer be trusted to be what it should: it is emptied, and the tier keeps out from now on.</summary>
    private void Abandon(string why)
    {
        Disabled = why;
        _index.Clear();
        Bytes = 0;
        try
        {
            _file.SetLength(0);
            _file.Flush();
        }
        catch (IOException)
        {
            // Nothing more can be done from here; the reason says that the file must not be used again.
        }
    }

    private readonly record struct Place(long Offset, int Length, DiskTurn Turn);
}
