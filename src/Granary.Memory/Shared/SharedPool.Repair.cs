namespace Granary.Memory.Shared;

public sealed partial class SharedPool
{
    /// <summary>
    /// Makes all that follows from the tables anew, after a process died in the middle of a change or something wrote where it should not: references of the dead
    /// go, objects without references go, free lists, chains, counts and the map of units are built from what is left. May itself be cut short: it starts over.
    /// </summary>
    private void Repair()
    {
        var geometry = _map.Geometry;
        _map.Counter(SharedCounter.Repairs)++;
        var alive = Living();
        var (held, kept) = (new uint[geometry.Slots], new uint[geometry.Slots]);
        for (var reference = 0; reference < geometry.References; reference++)
        {
            var word = new ReferenceWord(_map.Reference(reference));
            if (word.Bits == 0) continue;
            if (!IsOfLiving(word, alive))
            {
                _map.Reference(reference) = 0;
                _map.Counter(SharedCounter.Reclaimed)++;
                Moment();
            }
            else if (word.IsKeep) kept[word.Slot]++;
            else held[word.Slot]++;
        }
        for (var process = 0; process < alive.Length; process++) if (!alive[process]) _map.Process(process) = 0;
        Moment();
        Rebuild(held, kept);
    }

    private bool[] Living()
    {
        var alive = new bool[_map.Geometry.Processes];
        for (var process = 0; process < alive.Length; process++)
        {
            var identity = _map.Process(process);
            alive[process] = identity != 0 && (identity == _identity || _alive(identity)) && _map.ProcessAgent(process) < _map.Geometry.Agents;
        }
        return alive;
    }

    private bool IsOfLiving(ReferenceWord word, bool[] alive)
    {
        if ((uint)word.Slot >= _map.Geometry.Slots || word.Agent == 0 || word.Agent >= _map.Geometry.Agents) return false;
        var slot = new SlotWord(_map.Slot(word.Slot));
        return slot.State != SlotState.Free && (ushort)slot.Generation == word.Generation && (word.IsKeep || word.Process < alive.Length && alive[word.Process]);
    }

    private void Rebuild(uint[] held, uint[] kept)
    {
        var geometry = _map.Geometry;
        var before = _map.Bitmap.ToArray();
        _map.ClearDerived();
        Moment();
        var (damagedHeld, used) = (false, 0u);
        for (var slot = (int)geometry.Slots - 1; slot >= 0; slot--)
        {
            var word = new SlotWord(_map.Slot(slot));
            if (word.State != SlotState.Free)
            {
                var extent = SharedSlots.Believed(_map, _seed, slot);
                var whole = extent is { } known && Mark(_map.Bitmap, known.First, known.Units, used: true);
                if (!whole) _map.Counter(SharedCounter.Damaged)++;
                if (held[slot] > 0 || kept[slot] > 0 && whole)
                {
                    _map.Link(slot).Held = held[slot];
                    _map.Link(slot).Kept = kept[slot];
                    if (!whole)
                    {
                        damagedHeld = true;
                        continue;
                    }
                    used += extent!.Value.Units;
                    _map.Used(word.Owner) += extent.Value.Units;
                    if (word.State == SlotState.Sealed) ChainHash(slot, extent.Value.Hash);
                    if (_map.SlotNameLength(slot) > 0) ChainName(slot, SharedSlots.NameBytes(_map, slot));
                    continue;
                }
                if (whole) Mark(_map.Bitmap, extent!.Value.First, extent.Value.Units, used: false);
                DropKeeps(slot);
                Volatile.Write(ref _map.Slot(slot), new SlotWord(SlotState.Free, 0, 0, word.Generation + 1).Bits);
                Moment();
            }
            else if ((_map.Slot(slot) & 3) == 3) _map.Slot(slot) = new SlotWord(SlotState.Free, 0, 0, word.Generation + 1).Bits;
            _map.Link(slot).NextByHash = _map.Head.FreeSlot;
            _map.Head.FreeSlot = (uint)slot + 1;
        }
        foreach (ref var grant in _map.Grants) RegrantOrDrop(ref grant);
        for (var reference = (int)geometry.References - 1; reference >= 0; reference--)
        {
            if (_map.Reference(reference) != 0) continue;
            _map.NextFreeReference(reference) = _map.Head.FreeReference;
            _map.Head.FreeReference = (uint)reference + 1;
        }
        _map.Head.UsedUnits = used;
        if (damagedHeld) KeepLost(before);
    }

    /// <summary>A damaged object that is only kept, not held, goes: its keeps too.</summary>
    private void DropKeeps(int slot)
    {
        foreach (ref var bits in _map.References) if (bits != 0 && new ReferenceWord(bits).Slot == slot) bits = 0;
    }

    private void RegrantOrDrop(ref ulong grant)
    {
        var word = new GrantWord(grant);
        if (word.Bits == 0) return;
        var slot = (uint)word.Slot < _map.Geometry.Slots ? new SlotWord(_map.Slot(word.Slot)) : default;
        if (slot.State != SlotState.Free && word.IsOf(word.Slot, slot.Generation) && word.Agent < _map.Geometry.Agents) _map.Link(word.Slot).Kept |= MayBeGranted;
        else grant = 0;
    }

    /// <summary>Where a damaged object lies is not known, and a living process may write there: what was in use and is nobody's now is given to nobody.</summary>
    private void KeepLost(ulong[] before)
    {
        var bitmap = _map.Bitmap;
        var lost = 0u;
        for (var word = 0; word < bitmap.Length; word++)
        {
            var left = before[word] & ~bitmap[word];
            if (word == bitmap.Length - 1 && _map.Geometry.Units % 64 is > 0 and var last) left &= (1UL << (int)last) - 1;
            bitmap[word] |= left;
            lost += (uint)System.Numerics.BitOperations.PopCount(left);
        }
        _map.Head.LostUnits = lost;
    }
}
