using System.Text;

namespace Granary.Memory.Shared;

public sealed partial class SharedPool
{
    /// <summary>Takes room for an object that this process writes; it is cleared.</summary>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <param name="name">By which <see cref="Find"/> finds it: up to 96 bytes of UTF-8, and no other object of this agent has it.</param>
    /// <exception cref="SharedPoolFullException">There is no room, or the agent is at its limit.</exception>
    /// <exception cref="SharedPoolException">The name is taken.</exception>
    public SharedObject Allocate(long length, string? name = null)
    {
        var made = Reserve(length, name);
        made.Clear();
        return made;
    }

    /// <summary>Takes a reference to an object.</summary>
    /// <param name="id">From <see cref="SharedObject.Id"/>, of any process.</param>
    /// <param name="write">To write it: only while it is open, by its owner or with a grant to write.</param>
    /// <exception cref="SharedPoolException">It is gone, sealed, damaged, or not for this agent.</exception>
    public SharedObject Open(SharedId id, bool write = false)
    {
        var (error, reference, extent) = ((string?)null, -1, default(Extent));
        ulong bits = 0, length = 0;
        using (var held = Enter())
        {
            var slot = id.Slot;
            var word = (uint)slot < _map.Geometry.Slots ? new SlotWord(_map.Slot(slot)) : default;
            if (word.State == SlotState.Free || word.Generation != id.Generation) error = $"object {id} is gone";
            else if (SharedSlots.Believed(_map, _seed, slot) is not { } believed)
            {
                error = $"object {id} is damaged; 'granary memory verify' shows what else is";
                _map.Counter(SharedCounter.Damaged)++;
            }
            else if (!May(slot, word, write)) error = $"object {id} of agent {AgentName(word.Owner)} is not granted to {Agent}{(write ? " to write" : "")}";
            else if (write && word.State == SlotState.Sealed) error = $"object {id} is sealed: it can only be read";
            else if (believed.Codec != SharedCodec.None && !Thaw(slot, ref believed)) error = $"no room for {_map.SlotLength(slot)} bytes to decompress object {id}: {Room()}";
            else if ((reference = PopReference()) < 0) error = NoReferences();
            else
            {
                extent = believed;
                length = _map.SlotLength(slot);
                bits = Refer(reference, new ReferenceWord(slot, _process, _agent, write, word.Generation)).Bits;
                _map.SlotUsed(slot) = Now;
            }
            held.Done();
        }
        if (error is not null) throw new SharedPoolException($"{Path}: {error}");
        return new SharedObject(this, id, extent, (long)length, reference, bits);
    }

    /// <summary>The id of the named object that this agent may read, its own before others'; null where there is none.</summary>
    public SharedId? Find(string name)
    {
        var bytes = NameBytes(name);
        using var held = Enter();
        var found = FindNamed(bytes, own: true) is >= 0 and var own ? own : FindNamed(bytes, own: false);
        var id = found < 0 ? default(SharedId?) : new SharedId(found, new SlotWord(_map.Slot(found)).Generation);
        held.Done();
        return id;
    }

    /// <summary>Room for an object with whatever was in it before.</summary>
    internal SharedObject Reserve(long length, string? name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        byte[] bytes = name is null ? [] : NameBytes(name);
        var units = UnitsOf((ulong)length);
        string? error = null;
        SharedObject? made = null;
        bool taken;
        using (var held = Enter())
        {
            var (slot, reference, first) = (-1, -1, -1);
            taken = bytes.Length > 0 && FindNamed(bytes, own: true) >= 0;
            if ((ulong)length > (ulong)_map.Geometry.Units * _map.Geometry.UnitBytes) error = $"{length} bytes are more than the pool has";
            else if (taken) error = $"it has an object named '{name}' already; find it, or choose another name";
            else error = MakeRoom(units, out slot, out reference, out first);
            if (error is null) made = Make(length, bytes, units, slot, reference, first);
            else _map.Counter(SharedCounter.Refusals)++;
            held.Done();
        }
        if (made is not null) return made;
        var message = $"{Path}: no {length} bytes for {Agent}: {error}";
        throw taken ? new SharedPoolException(message) : new SharedPoolFullException(message);
    }

    /// <summary>The stores that make an object: before the slot's word there is none, and between that and the reference one that nobody holds.</summary>
    private SharedObject Make(long length, ReadOnlySpan<byte> name, uint units, int slot, int reference, int first)
    {
        var generation = new SlotWord(_map.Slot(slot)).Generation;
        Mark(_map.Bitmap, (uint)first, units, used: true);
        Moment();
        var extent = new Extent((uint)first, units, (ulong)length, 0, SharedCodec.None);
        SharedSlots.Write(_map, _seed, slot, 0, generation, extent);
        SharedSlots.WriteName(_map, _seed, slot, (ulong)length, name);
        _map.SlotUsed(slot) = Now;
        Moment();
        Volatile.Write(ref _map.Slot(slot), new SlotWord(SlotState.Open, 0, _agent, generation).Bits);
        Moment();
        var word = Refer(reference, new ReferenceWord(slot, _process, _agent, true, generation));
        _map.Head.UsedUnits += units;
        _map.Used(_agent) += units;
        _map.Counter(SharedCounter.Allocations)++;
        if (name.Length > 0) ChainName(slot, name);
        return new SharedObject(this, new SharedId(slot, generation), extent, length, reference, word.Bits);
    }

    /// <summary>Ends writing: the object is hashed and does not change again, for nobody.</summary>
    /// <returns>The hash.</returns>
    internal ulong Seal(SharedObject sealing)
    {
        var hash = SharedHash.Of(sealing, _seed);
        string? error = null;
        using (var held = Enter())
        {
            var (slot, word) = (sealing.Id.Slot, new SlotWord(_map.Slot(sealing.Id.Slot)));
            if (word.State != SlotState.Open || word.Generation != sealing.Id.Generation) error = $"object {sealing.Id} is sealed already";
            else if (SharedSlots.Believed(_map, _seed, slot) is not { } believed) error = $"object {sealing.Id} is damaged";
            else if (_map.Link(slot).Held > 1 && OthersWrite(slot, sealing.Reference)) error = $"object {sealing.Id} is held by others to write; they must dispose of it first";
            else
            {
                SharedSlots.Write(_map, _seed, slot, word.Extent ^ 1, word.Generation, believed with { Hash = hash });
                Moment();
                Volatile.Write(ref _map.Slot(slot), new SlotWord(SlotState.Sealed, word.Extent ^ 1, word.Owner, word.Generation).Bits);
                Moment();
                ChainHash(slot, hash);
            }
            held.Done();
        }
        return error is null ? hash : throw new SharedPoolException($"{Path}: {error}");
    }

    internal void Release(int reference, ulong bits)
    {
        using var held = Enter();
        if (_map.Reference(reference) == bits && bits != 0) Drop(reference, new ReferenceWord(bits));
        held.Done();
    }

    internal ulong Hash(SharedObject content) => SharedHash.Of(content, _seed);

    internal unsafe byte* Data(in Extent extent) => _map.Data(extent);

    internal Microsoft.Win32.SafeHandles.SafeFileHandle File => _map.File;

    internal long Position(in Extent extent) => _map.Position(extent);

    private bool OthersWrite(int slot, int mine)
    {
        for (var reference = 0; reference < _map.Geometry.References; reference++)
        {
            var word = new ReferenceWord(_map.Reference(reference));
            if (reference != mine && word.Bits != 0 && word.Slot == slot && word.Writes) return true;
        }
        return false;
    }

    private static byte[] NameBytes(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return bytes.Length is > 0 and <= SharedGeometry.ObjectNameBytes ? bytes : throw new ArgumentException($"a shared object's name has 1 to {SharedGeometry.ObjectNameBytes} bytes; '{name}' has {bytes.Length}", nameof(name));
    }

    private static ulong Now => (ulong)Environment.TickCount64;
}
