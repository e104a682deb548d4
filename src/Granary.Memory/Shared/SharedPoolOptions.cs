using System.Numerics;

namespace Granary.Memory.Shared;

/// <summary>How a new shared pool is laid out. It cannot be changed later; all of the memory is taken at once.</summary>
public sealed record SharedPoolOptions
{
    /// <summary>Bytes for objects, 4 KiB to 1 TiB; the tables come on top.</summary>
    public long Capacity { get; init; } = 64L << 20;

    /// <summary>What a length is rounded up to: a power of two from 64 to 65536.</summary>
    public int UnitBytes { get; init; } = 256;

    /// <summary>Objects at most, 1 to 4194302. Default: one for each 16 KiB, at least 1024.</summary>
    public int? Objects { get; init; }

    /// <summary>Processes that have the pool open at most, 1 to 4094.</summary>
    public int Processes { get; init; } = 512;

    /// <summary>Agents known to the pool at most, 1 to 1023.</summary>
    public int Agents { get; init; } = 127;

    /// <summary>Bytes that an agent may have where no limit of its own is set; 0 for no limit.</summary>
    public long DefaultLimit { get; init; }

    /// <summary>Permissions of the file. Who may write it can also harm it.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal SharedGeometry Checked()
    {
        if (Capacity is < 4096 or > 1L << 40) throw Wrong(nameof(Capacity), Capacity, "4096 to 2^40");
        if (UnitBytes is < 64 or > 65536 || !BitOperations.IsPow2(UnitBytes)) throw Wrong(nameof(UnitBytes), UnitBytes, "a power of two from 64 to 65536");
        if (DefaultLimit < 0) throw Wrong(nameof(DefaultLimit), DefaultLimit, "0 or more");
        var units = (Capacity + UnitBytes - 1) / UnitBytes;
        if (units > int.MaxValue) throw Wrong(nameof(UnitBytes), UnitBytes, $"at least {BitOperations.RoundUpToPowerOf2((ulong)(Capacity / int.MaxValue))} with this capacity");
        var objects = Objects ?? (int)Math.Clamp(Capacity / 16384, 1024, SharedGeometry.MostSlots);
        var references = Math.Min((long)objects * 4 + Processes, SharedGeometry.MostReferences);
        var geometry = new SharedGeometry
        {
            UnitBytes = (uint)UnitBytes,
            Units = (uint)units,
            Slots = (uint)Math.Max(objects, 0),
            Processes = (uint)Math.Max(Processes, 0),
            References = (uint)Math.Max(references, 0),
            Grants = (uint)Math.Max(objects, 0),
            Agents = (uint)Math.Max(Agents, 0) + 1,
        };
        return geometry.Wrong() is { } wrong ? throw new ArgumentException($"a shared pool cannot have {wrong}") : geometry;
    }

    private static ArgumentException Wrong(string name, object value, string allowed) => new($"{name} is {value}: it must be {allowed}", name);
}

/// <summary>A shared pool cannot do what was asked: what, where, and what would help.</summary>
public class SharedPoolException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The pool has no room, or the agent is at its limit.</summary>
public sealed class SharedPoolFullException(string message) : SharedPoolException(message);

/// <summary>The tables of a pool contradict each other; a repair makes what can be made of them.</summary>
internal sealed class SharedDamageException(string message) : SharedPoolException(message);
