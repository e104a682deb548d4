using Granary.Model;
using Granary.Scheduling.Overcommit;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Overcommit by measured use. What settled leases hold and the machine measurably does not use is room beyond the node's own, up to a ceiling. A
/// lease that only fits with it is a spare one, and the first to be stopped. All others fit the node itself together, so that whatever is used,
/// stopping the spare ones is enough.
/// </summary>
/// <remarks>
/// Room after Borg (Verma et al., Large-scale cluster management at Google with Borg, 2015, section 5.5) with the peak of a whole machine predicted
/// from its recent use, and new tasks counted with all they ask for (Bashir et al., Take it to the limit, 2021).
/// </remarks>
public sealed partial class PoolScheduler
{
    /// <summary>Readings are kept in so many steps of a node's capacity, rounded up.</summary>
    private const int MeasureSteps = 64;

    private static readonly TimeSpan MeasureOften = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MeasureSeldom = TimeSpan.FromMinutes(1);
    private static readonly OvercommitPolicy NoOvercommit = new();

    private int _spareLeases;
    private long _spareStops;

    private OvercommitPolicy Overcommit => _spec.Policy?.Overcommit ?? NoOvercommit;

    /// <summary>What a node's machine uses now. Written to the journal, and acted on, only where the pool overcommits and something has changed.</summary>
    /// <param name="node">Its name; one that is not known changes nothing.</param>
    /// <param name="cpuMilli">Busy CPU, thousandths of a core.</param>
    /// <param name="memoryMiB">Memory in use.</param>
    /// <returns>After how long the next reading is wanted.</returns>
    public TimeSpan Measure(string node, long cpuMilli, long memoryMiB, long now, EventBatch events, IPoolEffects effects)
    {
        if (!Overcommit.IsOn && _spareLeases == 0) return MeasureSeldom;
        if (_capacity.Find(node) is not { Slice: null, Counts: true } entry) return MeasureSeldom;
        var reading = new Reading(now, InSteps(cpuMilli, entry.Capacity[0]), InSteps(memoryMiB, entry.Capacity[1]));
        if (!IsNews(entry, reading)) return MeasureOften;
        Emit(new PoolEvent(EventKind.MeasuredUse, now, reading.CpuMilli, reading.MemoryMiB, Node: entry.Index), events, effects);
        if (entry.Measured!.Breached) StopOverused(entry, now, events, effects);
        return MeasureOften;
    }

    private static long InSteps(long used, long capacity)
    {
        var step = Math.Max(1, capacity / MeasureSteps);
        return (Math.Clamp(used, 0, int.MaxValue) + step - 1) / step * step;
    }

    /// <summary>What rises is news at once, what falls when it fell by two steps and some time has passed, and all of it now and then.</summary>
    private bool IsNews(NodeEntry node, Reading reading)
    {
        if (node.Measured is not { Last: { } last } measured) return true;
        if (reading.CpuMilli > last.CpuMilli || reading.MemoryMiB > last.MemoryMiB) return true;
        if (measured.SpareLeases > 0 && (IsOver(node, reading, 0) || IsOver(node, reading, 1))) return true;
        var (age, history) = (reading.At - last.At, Clock.ToMicros(Overcommit.History));
        if (age >= history / 4) return true;
        return age >= history / MeasuredUse.Parts && (SettledOn(node) != measured.Settled || Fell(last.CpuMilli, reading.CpuMilli, node.Capacity[0]) || Fell(last.MemoryMiB, reading.MemoryMiB, node.Capacity[1]));
    }

    private static bool Fell(long from, long to, long capacity) => from - to >= 2 * Math.Max(1, capacity / MeasureSteps);

    /// <summary>A reading is over the safe mark, in CPU (0) or memory (1).</summary>
    private bool IsOver(NodeEntry node, Reading reading, int lane) =>
        node.Capacity[lane] > 0 && (lane == 0 ? reading.CpuMilli : reading.MemoryMiB) > Overcommit.SafeMark * node.Capacity[lane];

    private void ApplyMeasured(NodeEntry node, Reading reading)
    {
        var measured = node.Measured ??= new MeasuredUse();
        var before = measured.Last;
        measured.Add(reading, Clock.ToMicros(Overcommit.History));
        // A moment of full CPU slows tasks down; memory that runs out ends them.
        measured.Breached = measured.SpareLeases > 0
            && (IsOver(node, reading, 1) || (IsOver(node, reading, 0) && before is { } last && IsOver(node, last, 0)));
        if (measured.Breached) measured.BeginAnew();
        Settle(node);
        if (!measured.Extra.IsZero) _capacity.MarkFreed(node); // agents may stand elsewhere in their guarantees than when they were tried last
    }

    private void Settle(NodeEntry node)
    {
        node.Measured!.Settle(Clock.ToMicros(Overcommit.History), Overcommit.Quantile);
        node.Measured.Settled = SettledOn(node);
        SetExtra(node, ExtraOf(node));
    }

    /// <summary>What the node's leases hold that have run through the whole history, up to the last reading.</summary>
    private (long CpuMilli, long MemoryMiB) SettledOn(NodeEntry node, TaskEntry? without = null)
    {
        var (cpu, memory) = (0L, 0L);
        if (node.Measured!.Last is not { } last) return (0, 0);
        var since = last.At - Clock.ToMicros(Overcommit.History);
        foreach (var lease in node.Leases)
        {
            if (lease.StartedAt == 0 || lease.StartedAt > since || ReferenceEquals(lease, without)) continue;
            cpu += lease.Item.Shape.VectorRef[0];
            memory += lease.Item.Shape.VectorRef[1];
        }
        return (cpu, memory);
    }

    /// <summary>
    /// Room beyond the node's own, lane by lane: what settled leases hold, less what is used and the margin, at most to the ceiling. Every other lease
    /// counts as using all it asks for. Until the next reading, what ends takes as large a part of the use with it as it held.
    /// </summary>
    private ResourceVector ExtraOf(NodeEntry node, TaskEntry? without = null)
    {
        var policy = Overcommit;
        if (!policy.IsOn || node.Measured is not { Upper: { } upper } measured) return ResourceVector.Zero;
        var settled = SettledOn(node, without);
        return ResourceVector.Zero
            .With(0, Math.Min(Unused(0, settled.CpuMilli, measured.Settled.CpuMilli, upper.CpuMilli), Most(0, policy.Ceiling)))
            .With(1, Math.Min(Unused(1, settled.MemoryMiB, measured.Settled.MemoryMiB, upper.MemoryMiB), Most(1, policy.MemoryCeiling)));

        int Unused(int lane, long held, long heldThen, long usedThen)
        {
            var used = heldThen == 0 ? usedThen : (long)Math.Ceiling((double)usedThen * held / heldThen);
            return (int)Math.Max(0, held - used - (long)Math.Ceiling(policy.Margin * node.Capacity[lane]));
        }

        int Most(int lane, double ceiling) => (int)((ceiling - 1) * node.Capacity[lane]);
    }

    private void SetExtra(NodeEntry node, in ResourceVector extra)
    {
        var measured = node.Measured!;
        if (extra == measured.Extra) return;
        var grew = !extra.FitsIn(measured.Extra);
        measured.Extra = extra;
        _capacity.RoomChanged(node, grew);
    }

    /// <summary>The pool's rules changed: what is given beyond the nodes' own room changes with them. Spare leases stay, as under a lowered capacity.</summary>
    private void ResetMeasured()
    {
        var policy = Overcommit;
        foreach (var node in _capacity.Nodes)
        {
            if (node.Measured is not { } measured) continue;
            if (!policy.IsOn) measured.Clear();
            Settle(node);
            if (!policy.IsOn && measured.SpareLeases == 0) node.Measured = null;
        }
    }

    /// <summary>A node has another size or state. One that was away has to be measured anew.</summary>
    private void RemeasureNode(NodeEntry node)
    {
        if (!node.Counts) node.Measured!.Clear();
        SetExtra(node, ExtraOf(node));
    }
}
