using Granary.Memory.Arenas;

namespace Granary.Rest.Http;

/// <summary>Where the bodies of requests lie while they are worked on.</summary>
internal sealed class BodyArena(int capacity = 8 << 20, bool checking = false) : IDisposable
{
    /// <summary>For all that are under way; bodies that find no room in it are arrays of their own.</summary>
    public Arena Arena { get; } = new(capacity, checking);

    public void Dispose() => Arena.Dispose();
}

/// <summary>One request's body: a block of the arena up to 1 MiB, else an array. Disposed when the request has ended; nobody may look at it then.</summary>
/// <param name="arena">Where the block comes from.</param>
/// <param name="limit">The most bytes that a body may have.</param>
/// <param name="room">Of its client; null for no bound.</param>
internal sealed class BodyBuffer(Arena arena, int limit, BodyRoom? room = null) : IDisposable
{
    private const int Longest = 1 << 20, Unknown = 4 << 10;

    private readonly int _limit = Math.Min(limit, Array.MaxLength - 1);
    private ArenaBlock _block;
    private Memory<byte> _room;
    private int _length;

    public ReadOnlyMemory<byte> Bytes => _room[.._length];

    /// <summary>Reads to the end. The room grows with what comes where the length is not known; it has one byte more than the body, which shows the end.</summary>
    /// <param name="announced">Bytes, or null for unknown.</param>
    /// <returns>False when there is more than the limit.</returns>
    public async ValueTask<bool> Fill(Stream body, long? announced, CancellationToken cancel)
    {
        Take((int)Math.Min(announced ?? Unknown, _limit) + 1);
        while (true)
        {
            if (_length == _room.Length) Grow();
            var read = await body.ReadAsync(_room[_length..], cancel);
            if (read == 0) return true;
            _length += read;
            if (_length > _limit) return false;
            room?.Reach(_length);
        }
    }

    public void Dispose()
    {
        var block = _block;
        (_block, _room, _length) = (default, default, 0);
        try
        {
            block.Dispose();
        }
        catch (ObjectDisposedException)
        {
            // the request outlived its server
        }
    }

    private void Grow()
    {
        var (block, filled) = (_block, _room[.._length]);
        Take((int)Math.Min(2L * _room.Length, _limit + 1L));
        filled.CopyTo(_room);
        block.Dispose();
    }

    private void Take(int bytes)
    {
        _block = default;
        if (bytes <= Longest && arena.TryAllocate(bytes, out _block)) _room = _block.Memory;
        else _room = GC.AllocateUninitializedArray<byte>(bytes);
    }
}
