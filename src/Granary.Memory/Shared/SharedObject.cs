using System.Globalization;

namespace Granary.Memory.Shared;

/// <summary>Which object of a pool, in any process: a slot and how often it had been freed before. Written as <c>slot.generation</c>.</summary>
public readonly record struct SharedId(int Slot, uint Generation)
{
    /// <summary>As one number, for other languages: the generation above, the slot below.</summary>
    public ulong Value => ((ulong)Generation << 32) | (uint)Slot;

    public static SharedId Of(ulong value) => new((int)(uint)value, (uint)(value >> 32));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Slot}.{Generation}");
}

/// <summary>A reference to an object of a shared pool, this process's until it is disposed. Its spans are the pool's memory itself and must not outlive it.</summary>
public sealed class SharedObject : IDisposable
{
    private readonly SharedPool _pool;
    private Extent _extent;
    private readonly ulong _bits;
    private int _disposed;
    private bool _sealed;

    internal SharedObject(SharedPool pool, SharedId id, Extent extent, long length, int reference, ulong bits)
    {
        (_pool, Id, _extent, Length, Reference, _bits) = (pool, id, extent, length, reference, bits);
        pool.View();
    }

    public SharedId Id { get; }

    /// <summary>In bytes.</summary>
    public long Length { get; }

    internal int Reference { get; }

    /// <summary>Whether this reference may write.</summary>
    public bool CanWrite => new ReferenceWord(_bits).Writes && !_sealed;

    /// <summary>The bytes to write.</summary>
    /// <exception cref="InvalidOperationException">This reference only reads, or the object is larger than a span.</exception>
    public Span<byte> Span => CanWrite ? Whole() : throw new InvalidOperationException($"object {Id} is only read here");

    /// <summary>The bytes to read.</summary>
    public ReadOnlySpan<byte> ReadOnlySpan => Whole();

    /// <summary>A part of the bytes to read, for objects larger than a span.</summary>
    public unsafe ReadOnlySpan<byte> Slice(long start, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return new ReadOnlySpan<byte>(_pool.Data(_extent) + start, length);
    }

    /// <summary>Whether a sealed object still holds what was sealed: who may write the file may have written here. Reads all of it; true for one that is open.</summary>
    public bool IsIntact() => _extent.Hash == 0 || _pool.Hash(this) == _extent.Hash;

    /// <summary>Copies by read(2) instead of through the mapping: where the file was cut this says so, while a span's reader would be killed.</summary>
    /// <exception cref="SharedPoolException">The file ends before the bytes do.</exception>
    public void CopyTo(Span<byte> destination, long start = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - destination.Length);
        for (var at = 0; at < destination.Length;)
        {
            var read = RandomAccess.Read(_pool.File, destination[at..], _pool.Position(_extent) + start + at);
            if (read == 0) throw new SharedPoolException($"{_pool.Path} ends before the bytes of object {Id}: somebody cut it; make it anew");
            at += read;
        }
    }

    /// <summary>Ends writing it: from now on it can be read, kept, de-duplicated and compressed, and is not written again.</summary>
    /// <exception cref="SharedPoolException">Others hold it to write, or it is damaged.</exception>
    public void Seal()
    {
        if (!CanWrite) throw new InvalidOperationException($"object {Id} is only read here");
        _extent = _extent with { Hash = _pool.Seal(this) };
        _sealed = true;
    }

    /// <summary>Gives the reference up. With the last one, and unless an agent keeps it, the object is freed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            _pool.Release(Reference, _bits);
        }
        catch (Exception e) when (e is ObjectDisposedException or SharedPoolException)
        {
            // the pool gave up all of this process's references when it was closed; what could not be told now is taken back when this process is gone
        }
        finally
        {
            _pool.Unview();
        }
    }

    internal unsafe void Clear()
    {
        var start = _pool.Data(_extent);
        for (var at = 0L; at < Length; at += 1 << 30) new Span<byte>(start + at, (int)Math.Min(1 << 30, Length - at)).Clear();
    }

    internal bool Equals(ReadOnlySpan<byte> content) => Length == content.Length && Whole().SequenceEqual(content);

    private unsafe Span<byte> Whole()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (Length > int.MaxValue) throw new InvalidOperationException($"object {Id} has {Length} bytes: more than a span; use Slice");
        return new Span<byte>(_pool.Data(_extent), (int)Length);
    }
}
