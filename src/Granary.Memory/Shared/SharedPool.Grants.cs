namespace Granary.Memory.Shared;

public sealed partial class SharedPool
{
    /// <summary>Lets another agent take an object of this agent.</summary>
    /// <param name="agent">Null for everybody.</param>
    /// <param name="write">Also to write it, while it is open.</param>
    /// <exception cref="SharedPoolException">It is gone or another agent's, or there is no room for the grant.</exception>
    public void Grant(SharedId id, string? agent, bool write = false)
    {
        string? error;
        using (var held = Enter())
        {
            var to = agent is null ? 0 : FindAgent(Checked(agent), add: true);
            error = to < 0 ? "no room for another agent" : Owned(id) ?? AddGrant(id.Slot, id.Generation, to, write);
            held.Done();
        }
        if (error is not null) throw new SharedPoolException($"{Path}: {error}");
    }

    /// <summary>Takes a grant back. What was opened with it stays open.</summary>
    /// <param name="agent">Null for the grant to everybody.</param>
    public void Revoke(SharedId id, string? agent)
    {
        string? error;
        using (var held = Enter())
        {
            error = Owned(id);
            var to = agent is null ? 0 : FindAgent(Checked(agent), add: false);
            if (error is null)
                foreach (ref var grant in _map.Grants) if (new GrantWord(grant) is var word && word.IsOf(id.Slot, id.Generation) && word.Agent == to) grant = 0;
            held.Done();
        }
        if (error is not null) throw new SharedPoolException($"{Path}: {error}");
    }

    /// <summary>Keeps an object for this agent when no process holds it: a cached one, which eviction may take.</summary>
    /// <exception cref="SharedPoolException">It is gone, not sealed, or not for this agent.</exception>
    public void Keep(SharedId id)
    {
        string? error = null;
        using (var held = Enter())
        {
            var word = (uint)id.Slot < _map.Geometry.Slots ? new SlotWord(_map.Slot(id.Slot)) : default;
            if (word.State == SlotState.Free || word.Generation != id.Generation) error = $"object {id} is gone";
            else if (word.State != SlotState.Sealed) error = $"object {id} is not sealed: only what does not change can be kept";
            else if (!May(id.Slot, word, write: false)) error = $"object {id} is not granted to {Agent}";
            else if (Keeps(id.Slot, word) < 0)
            {
                var reference = PopReference();
                if (reference < 0) error = NoReferences();
                else Refer(reference, new ReferenceWord(id.Slot, -1, _agent, false, word.Generation));
            }
            held.Done();
        }
        if (error is not null) throw new SharedPoolException($"{Path}: {error}");
    }

    /// <summary>Ends keeping it for this agent.</summary>
    /// <returns>False when it was not kept.</returns>
    public bool Forget(SharedId id)
    {
        using var held = Enter();
        var word = (uint)id.Slot < _map.Geometry.Slots ? new SlotWord(_map.Slot(id.Slot)) : default;
        var kept = word.State != SlotState.Free && word.Generation == id.Generation ? Keeps(id.Slot, word) : -1;
        if (kept >= 0) Drop(kept, new ReferenceWord(_map.Reference(kept)));
        held.Done();
        return kept >= 0;
    }

    /// <summary>This agent's keep of an object, or -1.</summary>
    private int Keeps(int slot, SlotWord word)
    {
        if ((_map.Link(slot).Kept & KeptMask) == 0) return -1;
        return _map.References.IndexOf(new ReferenceWord(slot, -1, _agent, false, word.Generation).Bits);
    }

    private string? Owned(SharedId id)
    {
        var word = (uint)id.Slot < _map.Geometry.Slots ? new SlotWord(_map.Slot(id.Slot)) : default;
        return word.State == SlotState.Free || word.Generation != id.Generation ? $"object {id} is gone"
            : word.Owner != _agent ? $"object {id} is {AgentName(word.Owner)}'s: only its owner grants it"
            : null;
    }

    private bool May(int slot, SlotWord word, bool write)
    {
        if (word.Owner == _agent) return true;
        if ((_map.Link(slot).Kept & MayBeGranted) == 0) return false;
        foreach (var bits in _map.Grants)
            if (new GrantWord(bits) is var grant && grant.IsOf(slot, word.Generation) && (grant.Agent == 0 || grant.Agent == _agent) && (grant.Writes || !write)) return true;
        return false;
    }

    private string? AddGrant(int slot, uint generation, int to, bool write)
    {
        var made = new GrantWord(slot, to, write, generation);
        var grants = _map.Grants;
        var (free, stale) = (-1, -1);
        for (var at = 0; at < grants.Length && free < 0; at++)
        {
            var word = new GrantWord(grants[at]);
            if (word.Bits == made.Bits) return null;
            if (word.Bits == 0) free = at;
            else if (stale < 0 && ((uint)word.Slot >= _map.Geometry.Slots || !word.IsOf(word.Slot, new SlotWord(_map.Slot(word.Slot)).Generation))) stale = at;
        }
        if (free < 0) free = stale;
        if (free < 0) return $"all {grants.Length} grants are in use";
        Volatile.Write(ref grants[free], made.Bits);
        Moment();
        _map.Link(slot).Kept |= MayBeGranted;
        return null;
    }

    private void DropGrants(int slot)
    {
        foreach (ref var grant in _map.Grants) if (new GrantWord(grant).Slot == slot) grant = 0;
    }
}
