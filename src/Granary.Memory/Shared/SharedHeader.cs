using System.Buffers.Binary;

namespace Granary.Memory.Shared;

/// <summary>The first page of a pool's file. Bytes 0 to 127 never change and have a check; behind them are the lock, settings and counters.</summary>
internal static class SharedHeader
{
    public const int FixedBytes = 128, LockAt = 128, DefaultLimitAt = 192, CountersAt = 256;
    public const uint Version = 1;

    /// <summary>In the lock's place until the first repair: a start time without a pid.</summary>
    public const ulong Unmade = 1UL << 22;
    private const int CheckAt = 120;

    private static ReadOnlySpan<byte> Magic => "GRANSHM\n"u8;

    public static void Write(Span<byte> header, SharedGeometry geometry, ulong seed, ulong pidNamespace)
    {
        header[..FixedBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        var at = 16;
        foreach (var count in (ReadOnlySpan<uint>)[geometry.UnitBytes, geometry.Units, geometry.Slots, geometry.Processes, geometry.References, geometry.Grants, geometry.Agents, 0])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[at..], count);
            at += 4;
        }
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], seed);
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], pidNamespace);
        BinaryPrimitives.WriteInt64LittleEndian(header[64..], geometry.FileBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[72..], geometry.DerivedAt);
        BinaryPrimitives.WriteInt64LittleEndian(header[80..], geometry.DataAt);
        BinaryPrimitives.WriteUInt64LittleEndian(header[CheckAt..], SharedHash.Of(header[..CheckAt], Version));
    }

    /// <summary>Reads what a file says of itself and believes none of it unchecked.</summary>
    /// <exception cref="SharedPoolException">It is no pool of this version, or damaged, or cut short.</exception>
    public static SharedGeometry Read(ReadOnlySpan<byte> header, long fileBytes, string path, out ulong seed, out ulong pidNamespace)
    {
        if (header.Length < FixedBytes || !header[..8].SequenceEqual(Magic))
            throw new SharedPoolException($"{path} is not a shared pool: it does not begin as one");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != Version) throw new SharedPoolException($"{path} has version {version}; this build reads version {Version}: open it with the build that made it");
        if (BinaryPrimitives.ReadUInt64LittleEndian(header[CheckAt..]) != SharedHash.Of(header[..CheckAt], Version))
            throw new SharedPoolException($"{path}: its header is damaged; make the pool anew");
        var geometry = new SharedGeometry
        {
            UnitBytes = Count(header, 0),
            Units = Count(header, 1),
            Slots = Count(header, 2),
            Processes = Count(header, 3),
            References = Count(header, 4),
            Grants = Count(header, 5),
            Agents = Count(header, 6),
        };
        if (geometry.Wrong() is { } wrong) throw new SharedPoolException($"{path}: its header is damaged: {wrong}");
        if (fileBytes < geometry.FileBytes) throw new SharedPoolException($"{path} has {fileBytes} of the {geometry.FileBytes} bytes that its header names: it was cut; make the pool anew");
        seed = BinaryPrimitives.ReadUInt64LittleEndian(header[48..]);
        pidNamespace = BinaryPrimitives.ReadUInt64LittleEndian(header[56..]);
        return geometry;
    }

    private static uint Count(ReadOnlySpan<byte> header, int index) => BinaryPrimitives.ReadUInt32LittleEndian(header[(16 + index * 4)..]);
}
