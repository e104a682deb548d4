using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Memory.Shared;

/// <summary>A pool's file in this process's memory. Every access is checked against the geometry that was read and checked once, never against the file's own words.</summary>
internal sealed unsafe class SharedMap : IDisposable
{
    private readonly MemoryMappedFile? _mapped;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;

    public SharedMap(SafeFileHandle file, string path, SharedGeometry geometry)
    {
        (File, Path, Geometry) = (file, path, geometry);
        _mapped = MemoryMappedFile.CreateFromFile(file, null, geometry.FileBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapped.CreateViewAccessor(0, geometry.FileBytes, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>The tables alone, from a copy that stays pinned: what cannot be cut under its reader. It has no data.</summary>
    public SharedMap(SafeFileHandle file, string path, SharedGeometry geometry, byte* tables)
    {
        (File, Path, Geometry) = (file, path, geometry);
        _start = tables;
    }

    public SafeFileHandle File { get; }

    public string Path { get; }

    public SharedGeometry Geometry { get; }

    /// <summary>Touching a page behind a file's end kills the process: looked at wherever the lock is taken.</summary>
    /// <exception cref="SharedPoolException">Somebody cut the file.</exception>
    public void RequireWhole()
    {
        if (RandomAccess.GetLength(File) is var length && length < Geometry.FileBytes)
            throw new SharedPoolException($"{Path} was cut to {length} of {Geometry.FileBytes} bytes while it was in use; make it anew, no process can go on with it");
    }

    public ref ulong AgentLimit(int agent) => ref At<ulong>(Geometry.AgentsAt, agent, Geometry.Agents, SharedGeometry.AgentBytes, 104);

    public Span<byte> AgentName(int agent) => Bytes(Geometry.AgentsAt, agent, Geometry.Agents, SharedGeometry.AgentBytes, 4, SharedGeometry.AgentNameBytes);

    public ref uint AgentNameLength(int agent) => ref At<uint>(Geometry.AgentsAt, agent, Geometry.Agents, SharedGeometry.AgentBytes, 0);

    public ref ulong Process(int process) => ref At<ulong>(Geometry.ProcessesAt, process, Geometry.Processes, SharedGeometry.ProcessBytes, 0);

    public ref uint ProcessAgent(int process) => ref At<uint>(Geometry.ProcessesAt, process, Geometry.Processes, SharedGeometry.ProcessBytes, 8);

    public ref ulong Slot(int slot) => ref At<ulong>(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 0);

    /// <summary>When it was last taken, in milliseconds since boot.</summary>
    public ref ulong SlotUsed(int slot) => ref At<ulong>(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 8);

    public ref ulong SlotLength(int slot) => ref At<ulong>(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 16);

    public ref uint SlotNameLength(int slot) => ref At<uint>(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 24);

    public ref uint SlotCheck(int slot) => ref At<uint>(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 28);

    public ref ulong ExtentWord(int slot, int extent, int word) => ref At<ulong>(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 32 + (extent & 1) * 32 + (word & 3) * 8);

    public Span<byte> SlotName(int slot) => Bytes(Geometry.SlotsAt, slot, Geometry.Slots, SharedGeometry.SlotBytes, 96, SharedGeometry.ObjectNameBytes);

    public ref ulong Reference(int reference) => ref At<ulong>(Geometry.ReferencesAt, reference, Geometry.References, 8, 0);

    public ref ulong Grant(int grant) => ref At<ulong>(Geometry.GrantsAt, grant, Geometry.Grants, 8, 0);

    public Span<ulong> Grants => new(_start + Geometry.GrantsAt, (int)Geometry.Grants);

    public Span<ulong> References => new(_start + Geometry.ReferencesAt, (int)Geometry.References);

    /// <summary>Units charged to an agent.</summary>
    public ref ulong Used(int agent) => ref At<ulong>(Geometry.UsedAt, agent, Geometry.Agents, 8, 0);

    public ref SlotLink Link(int slot) => ref At<SlotLink>(Geometry.LinksAt, slot, Geometry.Slots, SharedGeometry.LinkBytes, 0);

    public ref uint HashBucket(ulong hash) => ref At<uint>(Geometry.HashBucketsAt, (int)(hash & (Geometry.Buckets - 1)), Geometry.Buckets, 4, 0);

    public ref uint NameBucket(ulong hash) => ref At<uint>(Geometry.NameBucketsAt, (int)(hash & (Geometry.Buckets - 1)), Geometry.Buckets, 4, 0);

    public ref uint NextFreeReference(int reference) => ref At<uint>(Geometry.FreeReferencesAt, reference, Geometry.References, 4, 0);

    public ref DerivedHead Head => ref *(DerivedHead*)(_start + Geometry.DerivedAt);

    public Span<ulong> Bitmap => new(_start + Geometry.BitmapAt, (int)Geometry.BitmapWords);

    public ref ulong Lock => ref *(ulong*)(_start + SharedHeader.LockAt);

    public ref ulong DefaultLimit => ref *(ulong*)(_start + SharedHeader.DefaultLimitAt);

    public ref long Counter(SharedCounter counter) => ref *(long*)(_start + SharedHeader.CountersAt + 8 * (int)counter);

    /// <summary>All between the tables and the data.</summary>
    public void ClearDerived() => NativeClear(_start + Geometry.DerivedAt, Geometry.DataAt - Geometry.DerivedAt);

    /// <summary>Bytes of units; the caller has checked the extent.</summary>
    /// <exception cref="SharedPoolException">It is not within the file.</exception>
    public byte* Data(in Extent extent)
    {
        if (!Fits(extent) || _view is null) throw new SharedPoolException($"{Path}: an object says that it lies outside the file; 'granary memory verify' shows what else is wrong");
        return _start + Geometry.DataAt + (long)extent.First * Geometry.UnitBytes;
    }

    public bool Fits(in Extent extent) =>
        extent.Units > 0 && (ulong)extent.First + extent.Units <= Geometry.Units && extent.Stored <= (ulong)extent.Units * Geometry.UnitBytes;

    public long Position(in Extent extent) => Geometry.DataAt + (long)extent.First * Geometry.UnitBytes;

    public void Dispose()
    {
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _mapped?.Dispose();
        File.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T At<T>(long table, int index, uint count, int size, int field) where T : unmanaged
    {
        if ((uint)index >= count) throw OutOfRange(index, count);
        return ref *(T*)(_start + table + (long)index * size + field);
    }

    private Span<byte> Bytes(long table, int index, uint count, int size, int field, int length)
    {
        if ((uint)index >= count) throw OutOfRange(index, count);
        return new Span<byte>(_start + table + (long)index * size + field, length);
    }

    private SharedDamageException OutOfRange(int index, uint count) => new($"{Path} names entry {index} of a table of {count}");

    private static void NativeClear(byte* start, long bytes)
    {
        for (var at = 0L; at < bytes; at += int.MaxValue) new Span<byte>(start + at, (int)Math.Min(int.MaxValue, bytes - at)).Clear();
    }
}

/// <summary>What is counted for a slot and chained through it; indexes are + 1, 0 ends a chain.</summary>
internal struct SlotLink
{
    /// <summary>The next with the same hash bucket; of a free slot the next free one.</summary>
    public uint NextByHash;
    public uint NextByName;

    /// <summary>References of processes.</summary>
    public uint Held;

    /// <summary>Bits 0-30: keeps of agents. Bit 31: there may be grants.</summary>
    public uint Kept;
}

/// <summary>The heads of the derived part.</summary>
internal struct DerivedHead
{
    public uint FreeSlot;
    public uint FreeReference;

    /// <summary>Where the last search for units ended.</summary>
    public uint Cursor;
    public uint UsedUnits;

    /// <summary>Units of damaged objects that a living process may still write to: nobody gets them.</summary>
    public uint LostUnits;

    /// <summary>When processes were last looked at, in milliseconds.</summary>
    public uint ReclaimedAt;
}

/// <summary>What a pool has counted since it was made.</summary>
internal enum SharedCounter
{
    Allocations, Frees, Duplicates, DuplicateBytes, Evictions, Reclaimed, Steals, Repairs, Compressions, Thaws, Refusals, Damaged,
}
