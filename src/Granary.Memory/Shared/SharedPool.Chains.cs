namespace Granary.Memory.Shared;

/// <summary>Objects by content and by name; all under the lock. A chain is never followed further than the pool has objects.</summary>
public sealed partial class SharedPool
{
    private void ChainHash(int slot, ulong hash)
    {
        ref var bucket = ref _map.HashBucket(hash);
        _map.Link(slot).NextByHash = bucket;
        bucket = (uint)slot + 1;
    }

    private void ChainName(int slot, ReadOnlySpan<byte> name)
    {
        ref var bucket = ref _map.NameBucket(SharedHash.Of(name, _seed));
        _map.Link(slot).NextByName = bucket;
        bucket = (uint)slot + 1;
    }

    private void Unchain(ref uint next, int slot, bool byHash)
    {
        for (var steps = 0u; next != 0; steps++)
        {
            if (steps > _map.Geometry.Slots) throw Contradiction("a chain of objects has no end");
            var at = (int)next - 1;
            ref var link = ref _map.Link(at);
            ref var following = ref byHash ? ref link.NextByHash : ref link.NextByName;
            if (at == slot)
            {
                next = following;
                return;
            }
            next = ref following;
        }
        throw Contradiction("an object is missing from its chain");
    }

    /// <summary>The slot of a name: of this agent, or of another that it may read; -1 where there is none.</summary>
    private int FindNamed(ReadOnlySpan<byte> name, bool own)
    {
        var next = _map.NameBucket(SharedHash.Of(name, _seed));
        for (var steps = 0u; next != 0; steps++)
        {
            if (steps > _map.Geometry.Slots) throw Contradiction("a chain of names has no end");
            var slot = (int)next - 1;
            next = _map.Link(slot).NextByName;
            var word = new SlotWord(_map.Slot(slot));
            if (word.State == SlotState.Free || (word.Owner == _agent) != own || !SharedSlots.NameBytes(_map, slot).SequenceEqual(name)) continue;
            if (own || May(slot, word, write: false)) return slot;
        }
        return -1;
    }

    /// <summary>How many objects of one hash are looked at: whoever makes hashes collide only spoils his own de-duplication.</summary>
    private const int MostAlike = 16;

    /// <summary>A sealed object with this hash and length, or -1.</summary>
    private int FindAlike(ulong hash, ulong length)
    {
        var next = _map.HashBucket(hash);
        for (var steps = 0; next != 0 && steps < MostAlike; steps++)
        {
            var slot = (int)next - 1;
            next = _map.Link(slot).NextByHash;
            if (new SlotWord(_map.Slot(slot)).State == SlotState.Sealed && _map.SlotLength(slot) == length
                && SharedSlots.Believed(_map, _seed, slot) is { } extent && extent.Hash == hash) return slot;
        }
        return -1;
    }
}
