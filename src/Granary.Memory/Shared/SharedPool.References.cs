namespace Granary.Memory.Shared;

/// <summary>Who holds what; all under the lock.</summary>
public sealed partial class SharedPool
{
    /// <summary>A free reference, or -1.</summary>
    private int PopReference()
    {
        if (_map.Head.FreeReference == 0) return -1;
        var reference = (int)_map.Head.FreeReference - 1;
        if (_map.Reference(reference) != 0) throw Contradiction("a free reference is in use");
        _map.Head.FreeReference = _map.NextFreeReference(reference);
        return reference;
    }

    private ReferenceWord Refer(int reference, ReferenceWord word)
    {
        Volatile.Write(ref _map.Reference(reference), word.Bits);
        Moment();
        if (word.IsKeep) _map.Link(word.Slot).Kept++;
        else _map.Link(word.Slot).Held++;
        return word;
    }

    /// <summary>Gives a reference up, and frees the object with the last one.</summary>
    private void Drop(int reference, ReferenceWord word)
    {
        Volatile.Write(ref _map.Reference(reference), 0);
        Moment();
        _map.NextFreeReference(reference) = _map.Head.FreeReference;
        _map.Head.FreeReference = (uint)reference + 1;
        if ((uint)word.Slot >= _map.Geometry.Slots) return;
        var slot = new SlotWord(_map.Slot(word.Slot));
        if (slot.State == SlotState.Free || (ushort)slot.Generation != word.Generation) return;
        ref var link = ref _map.Link(word.Slot);
        ref var count = ref word.IsKeep ? ref link.Kept : ref link.Held;
        if ((count & KeptMask) == 0) throw Contradiction("an object is held more often than it counts");
        count--;
        if (link.Held == 0 && (link.Kept & KeptMask) == 0) Free(word.Slot, slot);
        else if (word.Agent == slot.Owner) PassOn(word.Slot, slot);
    }

    private const uint KeptMask = 0x7FFFFFFF, MayBeGranted = 0x80000000;

    /// <summary>When its owner has let go, an object is charged to another that holds it.</summary>
    private void PassOn(int slot, SlotWord word)
    {
        var heir = -1;
        foreach (var bits in _map.References)
        {
            var other = new ReferenceWord(bits);
            if (bits == 0 || other.Slot != slot || other.Generation != (ushort)word.Generation) continue;
            if (other.Agent == word.Owner) return;
            heir = other.Agent;
        }
        if (heir <= 0 || heir >= _map.Geometry.Agents || SharedSlots.Believed(_map, _seed, slot) is not { } extent) return;
        Volatile.Write(ref _map.Slot(slot), new SlotWord(word.State, word.Extent, heir, word.Generation).Bits);
        Moment();
        _map.Used(word.Owner) -= Math.Min(extent.Units, _map.Used(word.Owner));
        _map.Used(heir) += extent.Units;
    }

    /// <summary>Frees an object that nobody holds. The units of a damaged one stay lost until the next repair.</summary>
    private void Free(int slot, SlotWord word)
    {
        var extent = SharedSlots.Believed(_map, _seed, slot);
        if (extent is { } known)
        {
            if (word.State == SlotState.Sealed) Unchain(ref _map.HashBucket(known.Hash), slot, byHash: true);
            if (_map.SlotNameLength(slot) > 0) Unchain(ref _map.NameBucket(SharedHash.Of(SharedSlots.NameBytes(_map, slot), _seed)), slot, byHash: false);
        }
        Volatile.Write(ref _map.Slot(slot), new SlotWord(SlotState.Free, 0, 0, word.Generation + 1).Bits);
        Moment();
        if (extent is not { } place)
        {
            // its chains cannot be found either
            Repair();
            return;
        }
        if (!Mark(_map.Bitmap, place.First, place.Units, used: false)) throw Contradiction("an object's units are free already");
        Moment();
        _map.Head.UsedUnits -= Math.Min(place.Units, _map.Head.UsedUnits);
        _map.Used(word.Owner) -= Math.Min(place.Units, _map.Used(word.Owner));
        _map.Counter(SharedCounter.Frees)++;
        if ((_map.Link(slot).Kept & MayBeGranted) != 0) DropGrants(slot);
        _map.Link(slot) = new SlotLink { NextByHash = _map.Head.FreeSlot };
        _map.Head.FreeSlot = (uint)slot + 1;
    }

    private int PopSlot()
    {
        if (_map.Head.FreeSlot == 0) return -1;
        var slot = (int)_map.Head.FreeSlot - 1;
        if (new SlotWord(_map.Slot(slot)).State != SlotState.Free) throw Contradiction("a free object is in use");
        _map.Head.FreeSlot = _map.Link(slot).NextByHash;
        _map.Link(slot) = default;
        return slot;
    }

    private SharedDamageException Contradiction(string what) => new($"{Path}: {what}: something wrote to the pool's tables; they were made anew, try again");

    private string NoReferences() => $"all {_map.Geometry.References} references are in use; dispose of objects sooner, or make the pool with more Objects";
}
