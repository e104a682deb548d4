namespace Granary.Memory.Shared;

/// <summary>What a slot is.</summary>
internal enum SlotState
{
    Free = 0,

    /// <summary>Its holders write it.</summary>
    Open = 1,

    /// <summary>It does not change again.</summary>
    Sealed = 2,
}

/// <summary>A slot's state as the one word whose store makes a change: bits 0-1 state, bit 2 which extent holds, bits 3-12 whom it is charged to, bits 32-63 generation.</summary>
internal readonly record struct SlotWord(ulong Bits)
{
    public SlotWord(SlotState state, int extent, int owner, uint generation) : this((ulong)state | ((ulong)extent << 2) | ((ulong)owner << 3) | ((ulong)generation << 32)) { }

    public SlotState State => (Bits & 3) == 3 ? SlotState.Free : (SlotState)(Bits & 3);
    public int Extent => (int)(Bits >> 2) & 1;
    public int Owner => (int)(Bits >> 3) & 1023;
    public uint Generation => (uint)(Bits >> 32);
}

/// <summary>One reference as one word: bits 0-21 slot + 1, bits 22-33 process + 1 (0: the agent keeps it, without a process), bits 34-43 agent, bit 44 may write, bits 48-63 the slot's generation.</summary>
internal readonly record struct ReferenceWord(ulong Bits)
{
    public ReferenceWord(int slot, int process, int agent, bool writes, uint generation)
        : this((uint)(slot + 1) | ((ulong)(uint)(process + 1) << 22) | ((ulong)(uint)agent << 34) | (writes ? 1UL << 44 : 0) | ((ulong)(ushort)generation << 48)) { }

    public int Slot => (int)(Bits & 0x3FFFFF) - 1;
    public int Process => (int)(Bits >> 22 & 0xFFF) - 1;
    public int Agent => (int)(Bits >> 34) & 1023;
    public bool Writes => (Bits >> 44 & 1) != 0;
    public ushort Generation => (ushort)(Bits >> 48);
    public bool IsKeep => Process < 0;
}

/// <summary>One grant as one word: bits 0-21 slot + 1, bits 22-31 agent (0: everybody), bit 32 may write, bits 40-63 the slot's generation.</summary>
internal readonly record struct GrantWord(ulong Bits)
{
    public GrantWord(int slot, int agent, bool writes, uint generation)
        : this((uint)(slot + 1) | ((ulong)(uint)agent << 22) | (writes ? 1UL << 32 : 0) | ((ulong)(generation & 0xFFFFFF) << 40)) { }

    public int Slot => (int)(Bits & 0x3FFFFF) - 1;
    public int Agent => (int)(Bits >> 22) & 1023;
    public bool Writes => (Bits >> 32 & 1) != 0;

    public bool IsOf(int slot, uint generation) => Bits != 0 && Slot == slot && Bits >> 40 == (generation & 0xFFFFFF);
}

/// <summary>Where an object's bytes are, 32 bytes in the file.</summary>
/// <param name="First">First unit.</param>
/// <param name="Units">How many lie together.</param>
/// <param name="Stored">Bytes used of them.</param>
/// <param name="Hash">Of the content, uncompressed; 0 while it is open.</param>
internal readonly record struct Extent(uint First, uint Units, ulong Stored, ulong Hash, SharedCodec Codec)
{
    public uint Check(ulong seed, int slot, uint generation) =>
        SharedHash.Check(seed ^ (ulong)slot ^ ((ulong)generation << 32), First | ((ulong)Units << 32), Stored, Hash, (ulong)Codec);
}

/// <summary>How an object's bytes are stored.</summary>
public enum SharedCodec
{
    None = 0,

    /// <summary>An LZ4 block.</summary>
    Lz4 = 1,

    /// <summary>A raw deflate stream.</summary>
    Deflate = 2,
    Brotli = 3,
}
