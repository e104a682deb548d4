using System.Text.Json;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Accelerators;

/// <summary>
/// Which accelerators the attempts on a node hold. The pool says by number which of them share one and which have one to themselves; which
/// device a number stands for is chosen here when it comes into use (the fastest for the task's class, the nearest to room in memory), and free to
/// change when nobody uses it any more. So pool and node never differ in what fits, and the memory of each device is kept to as well: a share whose
/// memory is not free yet waits. Not for concurrent use; no I/O.
/// </summary>
internal sealed class AcceleratorBinding
{
    private const string Gpu = "gpu";
    private const int Whole = 1000;

    private readonly AcceleratorRegistry _registry = new();
    private readonly IReadOnlyList<AcceleratorOffer> _offers;
    private readonly Dictionary<LeaseKey, Holder> _holders = [];

    /// <param name="Class">What its run time is learned for.</param>
    /// <param name="Grants">Names in the registry.</param>
    /// <param name="Slots">The pool's numbers and the devices they stand for.</param>
    private sealed record Holder(string Class, List<AcceleratorGrant> Grants, List<Slot> Slots);

    private readonly record struct Slot(int Number, string Id);

    /// <summary>One attempt's accelerators as they are kept for the next agent.</summary>
    internal sealed record Kept(string Pool, long Number, long Token, string Class, IReadOnlyList<KeptGrant> Grants, IReadOnlyList<KeptSlot> Slots);

    internal sealed record KeptGrant(string Kind, IReadOnlyList<string> Ids, long Milli, long MemoryMiB);

    internal sealed record KeptSlot(int Number, string Id);

    public AcceleratorBinding(IReadOnlyList<AcceleratorOffer> offers)
    {
        _offers = offers;
        foreach (var offer in offers) _registry.Register(offer);
    }

    /// <summary>Speeds by class of tasks and model, learned from the runs that succeeded here.</summary>
    public SpeedTable Speeds => _registry.Speeds;

    /// <summary>Those speeds as text, for <see cref="RestoreSpeeds"/>.</summary>
    public string SaveSpeeds() => JsonSerializer.Serialize(Speeds.Save());

    /// <summary>Takes back what an earlier agent learned. Damaged text teaches nothing.</summary>
    public void RestoreSpeeds(string text)
    {
        try
        {
            if (text.Length > 0) Speeds.Restore(JsonSerializer.Deserialize<List<MeasuredSpeed?>>(text) ?? []);
        }
        catch (JsonException)
        {
            // learned anew
        }
    }

    /// <summary>The attempt asks for accelerators that are registered here.</summary>
    public bool Concerns(Assignment assignment) =>
        _offers.Count > 0 && _offers.Any(o => o.Kind == Gpu ? assignment.Spec.Resources.GpuMilli > 0 : assignment.Spec.Resources.Custom?.GetValueOrDefault(o.Kind) > 0);

    /// <summary>Gives an attempt its accelerators.</summary>
    /// <param name="never">One line when they can never be had here; empty when it has to wait until others end.</param>
    /// <returns>Null when it has none.</returns>
    public IReadOnlyList<BoundAccelerator>? Bind(Assignment assignment, out string never)
    {
        var key = LeaseKey.Of(assignment.Lease);
        var holder = new Holder(ClassOf(assignment.Spec), [], []);
        never = "";
        if (!Gpus(assignment, key, holder, ref never) || !Others(assignment, key, holder, ref never))
        {
            foreach (var grant in holder.Grants) _registry.Release(grant.Task);
            return null;
        }
        _holders[key] = holder;
        return Describe(holder);
    }

    /// <summary>An attempt has ended.</summary>
    /// <param name="ran">How long it ran, where it succeeded: the speed of its model for its class is learned from it.</param>
    /// <returns>False when it held nothing.</returns>
    public bool Release(LeaseKey key, TimeSpan? ran)
    {
        if (!_holders.Remove(key, out var holder)) return false;
        foreach (var grant in holder.Grants)
        {
            _registry.Release(grant.Task);
            if (ran is { TotalSeconds: > 0 } time) _registry.Speeds.Learn(SpeedClass(holder.Class, grant.Milli), grant.Model, 1 / time.TotalSeconds);
        }
        return true;
    }

    /// <summary>All that is held, as text for <see cref="Restore"/>.</summary>
    public string Save() => JsonSerializer.Serialize(_holders.Select(h => new Kept(h.Key.Task.Pool, h.Key.Task.Number, h.Key.Token, h.Value.Class,
        [.. h.Value.Grants.Select(g => new KeptGrant(_offers.First(o => o.Id == g.Ids[0]).Kind, g.Ids, g.Milli, g.MemoryMiB))],
        [.. h.Value.Slots.Select(s => new KeptSlot(s.Number, s.Id))])));

    /// <summary>Takes back what attempts that still live were given by an earlier agent. Damaged text gives nothing back.</summary>
    public void Restore(string text, IReadOnlySet<LeaseKey> live)
    {
        IReadOnlyList<Kept>? all = null;
        try
        {
            if (text.Length > 0) all = JsonSerializer.Deserialize<List<Kept>>(text);
        }
        catch (JsonException)
        {
            // written by half, or by somebody else
        }
        foreach (var kept in all ?? [])
        {
            if (kept is not { Pool: not null, Class: not null, Grants: not null, Slots: not null }) continue;
            var key = new LeaseKey(new TaskId(kept.Pool, kept.Number), kept.Token);
            if (!live.Contains(key)) continue;
            var holder = new Holder(kept.Class, [], [.. kept.Slots.Select(s => new Slot(s.Number, s.Id))]);
            foreach (var grant in kept.Grants)
                if (Reserve(key, holder, new(holder.Class, grant.Milli * (grant.Milli == Whole ? grant.Ids.Count : 1), grant.Milli == Whole ? 0 : grant.MemoryMiB, grant.Kind, Among: [.. grant.Ids]), out _) is null) break;
            _holders[key] = holder;
        }
    }

    private bool Gpus(Assignment assignment, LeaseKey key, Holder holder, ref string never)
    {
        var milli = assignment.Spec.Resources.GpuMilli;
        if (milli == 0 || !_offers.Any(o => o.Kind == Gpu)) return true;
        var (wholes, part) = ((int)(milli / Whole), milli % Whole);
        var memory = assignment.Spec.Resources.GpuMemoryMiB / (wholes + (part > 0 ? 1 : 0));
        var numbers = new List<int>(assignment.Gpus ?? []);
        var inUse = _holders.Values.SelectMany(h => h.Slots).DistinctBy(s => s.Number).ToDictionary(s => s.Number, s => s.Id);
        if (part > 0)
        {
            // of several numbers the one that others use already is the share's
            var shared = numbers.FindIndex(inUse.ContainsKey);
            if (shared < 0) shared = numbers.Count - 1;
            int? number = shared < 0 ? null : numbers[shared];
            if (shared >= 0) numbers.RemoveAt(shared);
            IReadOnlyCollection<string>? among = number is not { } n ? null : inUse.TryGetValue(n, out var id) ? [id] : Unused(inUse);
            if (Take(new(SpeedClass(holder.Class, part), part, memory, Among: among), ref never) is not { } share) return false;
            if (number is { } given) holder.Slots.Add(new(given, share.Ids[0]));
        }
        if (wholes == 0) return true;
        IReadOnlyCollection<string>? free = numbers.Count > 0 ? [.. Unused(inUse).Except(holder.Slots.Select(s => s.Id))] : null;
        // all of one model where that can be, else of what there is
        var request = new AcceleratorRequest(SpeedClass(holder.Class, Whole), wholes * Whole, memory, Among: free);
        var together = Reserve(key, holder, request, out _);
        var ids = together is not null ? together.Ids : null;
        if (ids is null)
        {
            var one = new List<string>();
            for (var i = 0; i < wholes; i++)
            {
                if (Take(request with { Milli = Whole }, ref never) is not { } grant) return false;
                one.Add(grant.Ids[0]);
            }
            ids = one;
        }
        for (var i = 0; i < numbers.Count && i < ids.Count; i++) holder.Slots.Add(new(numbers[i], ids[i]));
        return true;

        AcceleratorGrant? Take(AcceleratorRequest wanted, ref string why)
        {
            if (Reserve(key, holder, wanted, out var refusal) is { } grant) return grant;
            if (!_registry.CouldHold(wanted with { Among = null })) why = refusal;
            return null;
        }
    }

    // those are counted, not numbered: any that is free will do
    private bool Others(Assignment assignment, LeaseKey key, Holder holder, ref string never)
    {
        foreach (var kind in _offers.Select(o => o.Kind).Distinct().Where(k => k != Gpu))
        {
            if (assignment.Spec.Resources.Custom?.GetValueOrDefault(kind) is not (> 0 and var milli)) continue;
            var wanted = new AcceleratorRequest(SpeedClass(holder.Class, Whole), (milli + Whole - 1) / Whole * Whole, Kind: kind);
            if (Reserve(key, holder, wanted, out var refusal) is not null) continue;
            if (!_registry.CouldHold(wanted)) never = refusal;
            return false;
        }
        return true;
    }

    private AcceleratorGrant? Reserve(LeaseKey key, Holder holder, AcceleratorRequest request, out string refusal)
    {
        var grant = _registry.Reserve($"{key}#{holder.Grants.Count}", request, out refusal);
        if (grant is not null) holder.Grants.Add(grant);
        return grant;
    }

    private string[] Unused(Dictionary<int, string> inUse) => [.. _offers.Where(o => o.Kind == Gpu).Select(o => o.Id).Except(inUse.Values)];

    private List<BoundAccelerator> Describe(Holder holder)
    {
        var bound = new List<BoundAccelerator>();
        foreach (var grant in holder.Grants)
            foreach (var id in grant.Ids)
            {
                var offer = _offers.First(o => o.Id == id);
                bound.Add(new(offer, _offers.Where(o => o.Kind == offer.Kind).TakeWhile(o => o.Id != id).Count(), grant.Milli, grant.Milli == Whole ? offer.MemoryMiB : grant.MemoryMiB));
            }
        return bound;
    }

    private static string ClassOf(TaskSpec spec) => spec.Terms?.Class is { Length: > 0 } own ? own : spec.Name;

    // half a card is another thing than a whole one
    private static string SpeedClass(string of, long milli) => milli == Whole ? of : $"{of} at {milli}m";
}
