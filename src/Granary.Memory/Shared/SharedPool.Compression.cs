namespace Granary.Memory.Shared;

public sealed partial class SharedPool
{
    /// <summary>Objects that were tried and not worth it: not tried again by this process.</summary>
    private readonly HashSet<SharedId> _incompressible = [];

    /// <summary>Compresses cached objects that nobody holds and nobody used lately, each with the codec that does best on a sample of it. Opening one makes it plain again.</summary>
    /// <returns>How many, and the bytes that came free.</returns>
    public (int Objects, long Bytes) CompressCold(ColdRules rules, CancellationToken cancel = default) => CompressCold(rules, null, cancel);

    /// <param name="only">This codec instead of the one that does best.</param>
    internal (int Objects, long Bytes) CompressCold(ColdRules rules, SharedCodec? only, CancellationToken cancel = default)
    {
        var (objects, freed) = (0, 0L);
        foreach (var id in Cold(rules))
        {
            if (cancel.IsCancellationRequested) break;
            if (Compress(id, rules, only) is not (> 0 and var bytes)) continue;
            objects++;
            freed += bytes;
        }
        return (objects, freed);
    }

    private List<SharedId> Cold(ColdRules rules)
    {
        var cold = new List<SharedId>();
        using var held = Enter();
        for (var slot = 0; slot < _map.Geometry.Slots; slot++)
        {
            if (IsCold(slot, rules)) cold.Add(new SharedId(slot, new SlotWord(_map.Slot(slot)).Generation));
        }
        held.Done();
        cold.RemoveAll(_incompressible.Contains);
        return cold;
    }

    private bool IsCold(int slot, ColdRules rules)
    {
        var word = new SlotWord(_map.Slot(slot));
        ref var link = ref _map.Link(slot);
        return word.State == SlotState.Sealed && link.Held == 0 && (link.Kept & KeptMask) != 0
            && (long)Now - (long)_map.SlotUsed(slot) >= (long)rules.OlderThan.TotalMilliseconds && _map.SlotLength(slot) is var length && length >= (ulong)rules.Least && length <= 1 << 30
            && SharedSlots.Believed(_map, _seed, slot) is { Codec: SharedCodec.None };
    }

    /// <summary>Compresses outside the lock, which only moves the result in where nobody opened the object meanwhile.</summary>
    /// <returns>Bytes that came free.</returns>
    private long Compress(SharedId id, ColdRules rules, SharedCodec? only)
    {
        byte[]? plain = null;
        using (var held = Enter())
        {
            var word = new SlotWord(_map.Slot(id.Slot));
            if (word.Generation == id.Generation && IsCold(id.Slot, rules) && SharedSlots.Believed(_map, _seed, id.Slot) is { } extent) plain = Copy(extent);
            held.Done();
        }
        if (plain is null) return 0;
        var codec = only ?? rules.Choose(SharedCodecs.Measure(SharedCodecs.Sample(plain)));
        var packed = codec == SharedCodec.None ? [] : new byte[SharedCodecs.Bound(plain.Length)];
        var length = codec == SharedCodec.None ? -1 : SharedCodecs.Compress(codec, plain, packed);
        if (length < 0 || length > plain.Length * rules.WorthwhileRatio || UnitsOf((ulong)length) >= UnitsOf((ulong)plain.Length))
        {
            _incompressible.Add(id);
            return 0;
        }
        using (var held = Enter())
        {
            var bytes = new SlotWord(_map.Slot(id.Slot)).Generation == id.Generation && IsCold(id.Slot, rules) ? MoveIn(id.Slot, codec, packed.AsSpan(0, length)) : 0;
            held.Done();
            return bytes;
        }
    }

    private long MoveIn(int slot, SharedCodec codec, ReadOnlySpan<byte> packed)
    {
        var old = SharedSlots.Believed(_map, _seed, slot)!.Value;
        var units = UnitsOf((ulong)packed.Length);
        var first = FindRun(units);
        if (first < 0) return 0;
        var made = new Extent((uint)first, units, (ulong)packed.Length, old.Hash, codec);
        packed.CopyTo(Bytes(made));
        Exchange(slot, old, made);
        _map.Counter(SharedCounter.Compressions)++;
        return (long)(old.Units - units) * _map.Geometry.UnitBytes;
    }

    /// <summary>Makes a compressed object plain.</summary>
    /// <returns>False where there is no room, or the bytes are not what was compressed.</returns>
    private bool Thaw(int slot, ref Extent extent)
    {
        var length = _map.SlotLength(slot);
        _pinned = slot;
        var first = FindRunOrMakeRoom(UnitsOf(length));
        _pinned = -1;
        if (first < 0) return false;
        var made = new Extent((uint)first, UnitsOf(length), length, extent.Hash, SharedCodec.None);
        if (!SharedCodecs.Decompress(extent.Codec, Bytes(extent), Bytes(made)) || SharedHash.Of(Bytes(made), _seed) != extent.Hash)
        {
            _map.Counter(SharedCounter.Damaged)++;
            return false;
        }
        Exchange(slot, extent, made);
        _map.Counter(SharedCounter.Thaws)++;
        extent = made;
        return true;
    }

    /// <summary>Puts an object's bytes in another place, where they are already.</summary>
    private void Exchange(int slot, in Extent old, in Extent made)
    {
        var word = new SlotWord(_map.Slot(slot));
        Mark(_map.Bitmap, made.First, made.Units, used: true);
        Moment();
        SharedSlots.Write(_map, _seed, slot, word.Extent ^ 1, word.Generation, made);
        Moment();
        Volatile.Write(ref _map.Slot(slot), new SlotWord(word.State, word.Extent ^ 1, word.Owner, word.Generation).Bits);
        Moment();
        Mark(_map.Bitmap, old.First, old.Units, used: false);
        _map.Head.UsedUnits += made.Units - old.Units;
        _map.Used(word.Owner) += made.Units;
        _map.Used(word.Owner) -= Math.Min(old.Units, _map.Used(word.Owner));
    }

    private byte[] Copy(in Extent extent) => Bytes(extent).ToArray();

    private unsafe Span<byte> Bytes(in Extent extent) => new(_map.Data(extent), (int)extent.Stored);
}
