namespace Granary.Memory.Shared;

/// <summary>Room for a new object: within the agent's limit, else by what the dead left and by what is cached and cold; all under the lock.</summary>
public sealed partial class SharedPool
{
    private const int EvictedAtOnce = 32;

    /// <summary>A cached object that must stay while room is made for it.</summary>
    private int _pinned = -1;

    /// <returns>Null, or why there is no room.</returns>
    private string? MakeRoom(uint units, out int slot, out int reference, out int first)
    {
        (slot, reference, first) = (-1, -1, -1);
        var limit = LimitOf(_agent);
        while (limit > 0 && _map.Used(_agent) + units > limit)
        {
            if (units <= limit && Evict(_agent, (uint)Math.Min(uint.MaxValue, _map.Used(_agent) + units - limit))) continue;
            return $"its limit is {limit * _map.Geometry.UnitBytes} bytes, and {_map.Used(_agent) * _map.Geometry.UnitBytes} are in use";
        }
        for (var reclaimed = false; ; reclaimed = true)
        {
            if (_map.Head.FreeSlot != 0 && _map.Head.FreeReference != 0 && (first = FindRun(units)) >= 0) break;
            if (!reclaimed) ReclaimDeadNowAndThen();
            else if (!Evict(-1, units))
                return _map.Head.FreeSlot == 0 ? $"all {_map.Geometry.Slots} objects are in use" : _map.Head.FreeReference == 0 ? NoReferences() : Room();
        }
        slot = PopSlot();
        reference = PopReference();
        return null;
    }

    private int FindRunOrMakeRoom(uint units)
    {
        var first = FindRun(units);
        if (first >= 0) return first;
        ReclaimDeadNowAndThen();
        while ((first = FindRun(units)) < 0 && Evict(-1, units)) { }
        return first;
    }

    /// <summary>Lets some of what is only cached go, the longest unused first.</summary>
    /// <param name="owner">Only of this agent; -1 for any.</param>
    /// <param name="units">How many are wanted; more is taken where they must lie together.</param>
    /// <returns>False when nothing is cached.</returns>
    private bool Evict(int owner, uint units)
    {
        var cold = new PriorityQueue<int, ulong>();
        for (var slot = 0; slot < _map.Geometry.Slots; slot++)
        {
            ref var link = ref _map.Link(slot);
            if (link.Held != 0 || (link.Kept & KeptMask) == 0 || slot == _pinned) continue;
            var word = new SlotWord(_map.Slot(slot));
            if (word.State == SlotState.Sealed && (owner < 0 || word.Owner == owner)) cold.Enqueue(slot, _map.SlotUsed(slot));
        }
        if (cold.Count == 0) return false;
        var (going, freed) = (new HashSet<int>(), 0L);
        while (freed < units && going.Count < EvictedAtOnce && cold.TryDequeue(out var slot, out _))
        {
            going.Add(slot);
            freed += SharedSlots.ExtentOf(_map, slot, new SlotWord(_map.Slot(slot)).Extent).Units;
        }
        for (var reference = 0; reference < _map.Geometry.References; reference++)
        {
            var word = new ReferenceWord(_map.Reference(reference));
            if (word.Bits != 0 && word.IsKeep && going.Contains(word.Slot)) Drop(reference, word);
        }
        _map.Counter(SharedCounter.Evictions) += going.Count;
        return true;
    }

    /// <summary>An agent's limit in units; 0 for none.</summary>
    private ulong LimitOf(int agent)
    {
        var own = _map.AgentLimit(agent);
        return (own == 0 ? _map.DefaultLimit : own - 1) / _map.Geometry.UnitBytes;
    }

    private string Room()
    {
        var (units, head) = (_map.Geometry.Units, _map.Head);
        var free = (long)(units - Math.Min(units, head.UsedUnits + head.LostUnits)) * _map.Geometry.UnitBytes;
        return $"{free} bytes are free, {(long)LargestRun(_map.Bitmap, (int)units) * _map.Geometry.UnitBytes} of them together, and nothing is cached that could go";
    }
}
