namespace Granary.Memory.Shared;

public sealed partial class SharedPool
{
    /// <summary>Stores bytes that do not change again, or finds that the pool has them already: then both are one object. Content is compared, not trusted to its hash.</summary>
    /// <param name="keep">Also keeps it for this agent (<see cref="Keep"/>).</param>
    /// <param name="name">For a new object; what is there already goes by the name it has.</param>
    /// <exception cref="SharedPoolFullException">There is no room, or the agent is at its limit.</exception>
    public SharedObject Put(ReadOnlySpan<byte> content, bool keep = false, string? name = null)
    {
        if (Share(content, SharedHash.Of(content, _seed)) is { } shared)
        {
            if (keep) Keep(shared.Id);
            return shared;
        }
        var made = Reserve(content.Length, name);
        try
        {
            content.CopyTo(made.Span);
            made.Seal();
            if (keep) Keep(made.Id);
            return made;
        }
        catch (Exception e) when (e is not CrashedException)
        {
            made.Dispose();
            throw;
        }
    }

    private SharedObject? Share(ReadOnlySpan<byte> content, ulong hash)
    {
        SharedObject? found = null;
        using (var held = Enter())
        {
            if (FindAlike(hash, (ulong)content.Length) is >= 0 and var slot && SharedSlots.Believed(_map, _seed, slot) is { } extent
                && (extent.Codec == SharedCodec.None || Thaw(slot, ref extent)) && PopReference() is >= 0 and var reference)
            {
                var word = new SlotWord(_map.Slot(slot));
                var referred = Refer(reference, new ReferenceWord(slot, _process, _agent, false, word.Generation));
                found = new SharedObject(this, new SharedId(slot, word.Generation), extent, content.Length, reference, referred.Bits);
            }
            held.Done();
        }
        if (found is null) return null;
        // outside the lock: the reference holds it, and what is sealed does not change
        if (!found.Equals(content))
        {
            found.Dispose();
            return null;
        }
        using (var held = Enter())
        {
            var word = new SlotWord(_map.Slot(found.Id.Slot));
            _map.Counter(SharedCounter.Duplicates)++;
            _map.Counter(SharedCounter.DuplicateBytes) += content.Length;
            _map.SlotUsed(found.Id.Slot) = Now;
            // whoever had the bytes may read them again, by whichever process
            if (word.Owner != _agent) AddGrant(found.Id.Slot, word.Generation, _agent, write: false);
            held.Done();
        }
        return found;
    }
}
