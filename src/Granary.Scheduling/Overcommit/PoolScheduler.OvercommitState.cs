using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Overcommit;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Overcommit in snapshots, views and reasons.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>Begins the section of a snapshot that is only there where something was measured.</summary>
    private const byte MeasuredSection = 1;

    private OvercommitView? DescribeOvercommit()
    {
        if (!Overcommit.IsOn && _spareLeases == 0) return null;
        var (extra, spare, nodes) = (ResourceTotals.Zero, ResourceTotals.Zero, 0);
        foreach (var node in _capacity.Nodes)
        {
            if (node.Measured is not { } measured) continue;
            extra += measured.Extra;
            spare += measured.Spare;
            if (measured.Last is not null) nodes++;
        }
        return new OvercommitView { Extra = _lanes.ToSet(extra), Spare = _lanes.ToSet(spare), SpareTasks = _spareLeases, MeasuredNodes = nodes, Stopped = _spareStops };
    }

    /// <summary>The tasks whose leases on a node are spare ones, in the order of their numbers.</summary>
    internal IReadOnlyList<long> SpareOn(string node) => _capacity.Find(node) is { } entry ? [.. entry.Leases.Where(l => l.Spare).Select(l => l.Number).Order()] : [];

    /// <summary>Room beyond its own that a node may give, or has given.</summary>
    internal ResourceSet ExtraOn(string node) => _lanes.ToSet(_capacity.Find(node)?.Measured?.Extra ?? ResourceVector.Zero);

    /// <summary>A node has room that the task may not rest on, and none has room of its own.</summary>
    private bool HasOnlySpareRoom(TaskEntry task)
    {
        if (!Overcommit.IsOn || !MustBeFirm(task)) return false;
        var cursor = default(NodeIndex.Cursor);
        while (_capacity.Index.Next(task.Item.Shape.VectorRef, ref cursor) is { } node)
            if (MayRest(task, node)) return false;
        return true;
    }

    private string ExplainSpareRoom(TaskEntry task) => HasOnlySpareRoom(task)
        ? "; that is room which others hold and do not use now, and this task must not rest on it: it is within a guarantee, may not be stopped, or asks for more than CPU and memory" : "";

    private static string SpareNote(TaskEntry task) => task.Spare
        ? "; it rests on room that others hold and do not use, and is stopped first if they do" : "";

    private void WriteMeasured(ref JournalWriter w)
    {
        var measured = _capacity.Nodes.Where(n => n.Measured is not null).ToArray();
        if (measured.Length == 0 && _spareStops == 0) return;
        w.Byte(MeasuredSection);
        w.Number(_spareStops);
        w.Unsigned((ulong)measured.Length);
        foreach (var node in measured)
        {
            var (readings, settled) = (node.Measured!.Readings, node.Measured.Settled);
            w.Number(node.Index);
            w.Number(settled.CpuMilli);
            w.Number(settled.MemoryMiB);
            w.Unsigned((ulong)readings.Count);
            foreach (var reading in readings)
            {
                w.Number(reading.At);
                w.Number(reading.CpuMilli);
                w.Number(reading.MemoryMiB);
            }
            ModelCodec.Write(ref w, node.Leases.Where(l => l.Spare).Select(l => l.Number).Order().ToArray());
        }
    }

    /// <summary>Reads the section if it is there; returns the byte after it.</summary>
    private byte ReadMeasured(ref JournalReader r)
    {
        var section = r.Byte();
        if (section != MeasuredSection) return section;
        _spareStops = r.Number();
        for (var nodes = r.Count(); nodes > 0; nodes--)
        {
            var index = r.Int();
            if (index < 0 || index >= _capacity.Nodes.Count) throw r.Damaged($"measures node {index} of {_capacity.Nodes.Count},");
            var node = _capacity.Nodes[index];
            var measured = node.Measured = new MeasuredUse { Settled = (r.Number(), r.Number()) };
            for (var readings = r.Count(); readings > 0; readings--) measured.Restore(new Reading(r.Number(), r.Number(), r.Number()));
            foreach (var number in ModelCodec.ReadNumbers(ref r))
            {
                if (_tasks.Find(number) is not { } task || !ReferenceEquals(task.Node, node)) throw r.Damaged($"measures task {number} on node {node.Spec.Name}, where it is not,");
                AddSpare(task, node);
            }
            measured.Settle(Clock.ToMicros(Overcommit.History), Overcommit.Quantile);
            SetExtra(node, ExtraOf(node));
        }
        return r.Byte();
    }
}
