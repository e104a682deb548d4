using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Memory.Shared;

/// <summary>A copy of a pool's tables as they were read from its file, without its lock and without mapping it: what is cut or scribbled over cannot harm its reader.</summary>
/// <remarks>Changes that go on meanwhile may show as contradictions; <see cref="Problems"/> looks twice and tells only what stays.</remarks>
public sealed unsafe class SharedPoolInspection
{
    private readonly SharedMap _map;
    private readonly ulong _seed;
    private readonly byte[] _tables;

    private SharedPoolInspection(SafeFileHandle file, string path)
    {
        var geometry = SharedPoolFile.Header(file, path, out _seed, out _);
        if (geometry.DataAt > int.MaxValue) throw new SharedPoolException($"{path}: its tables are too large to look at");
        _tables = GC.AllocateUninitializedArray<byte>((int)geometry.DataAt, pinned: true);
        for (var at = 0; at < _tables.Length;)
        {
            var read = RandomAccess.Read(file, _tables.AsSpan(at), at);
            if (read == 0) throw new SharedPoolException($"{path} ends within its tables: it was cut; make the pool anew");
            at += read;
        }
        _map = new SharedMap(file, path, geometry, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_tables, 0));
    }

    /// <exception cref="SharedPoolException">It cannot be read, or is no whole pool of this version.</exception>
    public static SharedPoolInspection Read(string path) => With(path, file => new SharedPoolInspection(file, path));

    /// <summary>What is wrong with a pool, one line each; empty where nothing is. Contents are read and hashed where asked.</summary>
    /// <exception cref="SharedPoolException">It cannot be read, or is no whole pool of this version.</exception>
    public static IReadOnlyList<string> Problems(string path, bool contents) => With(path, file =>
    {
        var first = new SharedPoolInspection(file, path).Check(contents);
        return first.Count == 0 ? first : [.. first.Intersect(new SharedPoolInspection(file, path).Check(contents))];
    });

    public IReadOnlyList<SharedObjectInfo> Objects()
    {
        var list = new List<SharedObjectInfo>();
        var (held, kept) = CountReferences(null);
        for (var slot = 0; slot < _map.Geometry.Slots; slot++)
        {
            var word = new SlotWord(_map.Slot(slot));
            if (word.State == SlotState.Free || SharedSlots.Believed(_map, _seed, slot) is not { } extent) continue;
            list.Add(new SharedObjectInfo(
                new SharedId(slot, word.Generation), SharedSlots.Name(_map, slot), SharedPool.NameOf(_map, word.Owner), word.State == SlotState.Sealed, extent.Codec, (long)_map.SlotLength(slot),
                (long)extent.Units * _map.Geometry.UnitBytes, held[slot], kept[slot], Math.Max(0, Environment.TickCount64 - (long)_map.SlotUsed(slot))));
        }
        return list;
    }

    public SharedPoolStatistics Statistics()
    {
        var (objects, unit) = (Objects(), (long)_map.Geometry.UnitBytes);
        var used = 0L;
        foreach (var word in _map.Bitmap) used += BitOperations.PopCount(word);
        return new SharedPoolStatistics
        {
            Path = _map.Path,
            Capacity = _map.Geometry.Units * unit,
            Free = Math.Max(0, _map.Geometry.Units - used) * unit,
            LargestFree = SharedPool.LargestRun(_map.Bitmap, (int)_map.Geometry.Units) * unit,
            Lost = _map.Head.LostUnits * unit,
            Objects = objects.Count,
            Cached = objects.Count(o => o.Held == 0 && o.Kept > 0),
            Compressed = objects.Count(o => o.Codec != SharedCodec.None),
            Plain = objects.Sum(o => o.Length),
            Stored = objects.Sum(o => o.Stored),
            Processes = Enumerable.Range(0, (int)_map.Geometry.Processes).Count(p => _map.Process(p) != 0),
            References = objects.Sum(o => o.Held + o.Kept),
            Allocations = _map.Counter(SharedCounter.Allocations),
            Frees = _map.Counter(SharedCounter.Frees),
            Duplicates = _map.Counter(SharedCounter.Duplicates),
            DuplicateBytes = _map.Counter(SharedCounter.DuplicateBytes),
            Evictions = _map.Counter(SharedCounter.Evictions),
            Reclaimed = _map.Counter(SharedCounter.Reclaimed),
            Steals = _map.Counter(SharedCounter.Steals),
            Repairs = _map.Counter(SharedCounter.Repairs),
            Compressions = _map.Counter(SharedCounter.Compressions),
            Thaws = _map.Counter(SharedCounter.Thaws),
            Refusals = _map.Counter(SharedCounter.Refusals),
            Damaged = _map.Counter(SharedCounter.Damaged),
            Agents = [.. Enumerable.Range(1, (int)_map.Geometry.Agents - 1).Where(a => _map.AgentNameLength(a) > 0).Select(a => Use(a, objects))],
        };
    }

    private SharedAgentUse Use(int agent, IReadOnlyList<SharedObjectInfo> objects)
    {
        var (name, limit) = (SharedPool.NameOf(_map, agent), _map.AgentLimit(agent));
        var own = objects.Where(o => o.Owner == name).ToArray();
        return new SharedAgentUse(name, own.Sum(o => o.Stored), (long)(limit == 0 ? _map.DefaultLimit : limit - 1), own.Length);
    }

    private List<string> Check(bool contents)
    {
        var problems = new List<string>();
        var (held, kept) = CountReferences(problems);
        var units = new ulong[_map.Geometry.BitmapWords];
        for (var slot = 0; slot < _map.Geometry.Slots; slot++)
        {
            var word = new SlotWord(_map.Slot(slot));
            if (word.State == SlotState.Free) continue;
            var id = new SharedId(slot, word.Generation);
            if (SharedSlots.Believed(_map, _seed, slot) is not { } extent)
            {
                problems.Add($"object {id}: what its slot says does not agree with its check");
                continue;
            }
            if (held[slot] + kept[slot] == 0) problems.Add($"object {id}: nobody holds it");
            if (!SharedPool.Mark(units, extent.First, extent.Units, used: true)) problems.Add($"object {id}: another has some of its units");
            if (_map.Link(slot).Held != held[slot] || (_map.Link(slot).Kept & int.MaxValue) != kept[slot]) problems.Add($"object {id}: it is held {held[slot]} and kept {kept[slot]} times, and counts otherwise");
            if (contents && word.State == SlotState.Sealed && !IsWhole(slot, extent)) problems.Add($"object {id}: its content is not what was sealed");
        }
        var wrong = 0;
        for (var at = 0; at < units.Length; at++) wrong += BitOperations.PopCount(units[at] ^ _map.Bitmap[at]);
        if (wrong > _map.Head.LostUnits) problems.Add($"{wrong} units are marked otherwise than objects say");
        for (var process = 0; process < _map.Geometry.Processes; process++)
        {
            if (_map.Process(process) is not 0 and var identity && !ProcessIdentity.IsAlive(identity)) problems.Add($"process {ProcessIdentity.Pid(identity)} is gone and still has references; 'granary memory reclaim' takes them back");
        }
        if (_map.Lock is not 0 and var holder && !ProcessIdentity.IsAlive(holder)) problems.Add($"process {ProcessIdentity.Pid(holder)} died while it changed the pool; the next that uses it repairs it");
        return problems;
    }

    private (int[] Held, int[] Kept) CountReferences(List<string>? problems)
    {
        var (held, kept) = (new int[_map.Geometry.Slots], new int[_map.Geometry.Slots]);
        foreach (var bits in _map.References)
        {
            if (bits == 0) continue;
            var word = new ReferenceWord(bits);
            var slot = (uint)word.Slot < _map.Geometry.Slots ? new SlotWord(_map.Slot(word.Slot)) : default;
            if (slot.State == SlotState.Free || (ushort)slot.Generation != word.Generation) problems?.Add($"a reference of agent {word.Agent} names slot {word.Slot}, which has no such object");
            else if (word.IsKeep) kept[word.Slot]++;
            else held[word.Slot]++;
        }
        return (held, kept);
    }

    private bool IsWhole(int slot, in Extent extent)
    {
        if (_map.SlotLength(slot) > int.MaxValue) return true;
        var stored = new byte[extent.Stored];
        for (var at = 0; at < stored.Length;)
        {
            var read = RandomAccess.Read(_map.File, stored.AsSpan(at), _map.Position(extent) + at);
            if (read == 0) return false;
            at += read;
        }
        if (extent.Codec == SharedCodec.None) return SharedHash.Of(stored, _seed) == extent.Hash;
        var plain = new byte[_map.SlotLength(slot)];
        return SharedCodecs.Decompress(extent.Codec, stored, plain) && SharedHash.Of(plain, _seed) == extent.Hash;
    }

    private static T With<T>(string path, Func<SafeFileHandle, T> read)
    {
        try
        {
            using var file = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return read(file);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not SharedPoolException)
        {
            throw new SharedPoolException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
