using Granary.Distribution.Nodes;
using Granary.Distribution.Stragglers;
using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>Copies of stragglers on other nodes.</summary>
public sealed partial class WorkJob
{
    /// <summary>A node that is slower than this against the median gets no copies (LATE's slow-node threshold).</summary>
    private const double SlowNode = 0.5;

    /// <summary>Where room is left after all that waited, the worst stragglers are run again, as far as the share of copies goes.</summary>
    private void Speculate(long now)
    {
        if (!Spec.Policy.Speculation) return;
        var copies = _batches.Values.Count(b => b.CopyOf > 0 && !b.Unwanted);
        foreach (var (batch, _, _) in Stragglers(now))
        {
            if (Shared(batch)) continue;
            var request = RequestOf(batch);
            var slots = _batches.Count + _nodes.Values.Sum(n => n.Slots(request));
            if (copies >= Math.Max(1, (int)(Spec.Policy.SpeculationShare * slots))) return;
            if (Spec.Policy.Workers > 0 && _batches.Count >= Spec.Policy.Workers) return;
            var room = Rooms(request).FirstOrDefault(r => r.Name != batch.Node && !IsSlow(r));
            if (room is null) continue;
            Raise(new BatchPlanned(_lastBatch + 1, batch.Stage, batch.Partitions, room.Name, true, batch.Number, false, now));
            copies++;
        }
    }

    /// <summary>Running tasks that are behind the others, or on a node that does not answer, the worst first.</summary>
    private List<(Batch Batch, double Over, double Expected)> Stragglers(long now)
    {
        var found = new List<(Batch Batch, double Over, double Expected)>();
        if (State != WorkState.Running) return found;
        var least = Spec.Policy.SpeculateAfter.TotalSeconds;
        foreach (var batch in _batches.Values)
        {
            if (batch.Started == 0 || batch.Unwanted) continue;
            var stage = _stages[batch.Stage];
            var (units, seconds) = (stage.Units(batch.Partitions), (now - batch.Started) / 1e6);
            var expected = stage.SortedRates.Length > 0 ? StragglerRule.Expected(units, stage.SortedRates) : 0;
            var silent = _nodes.TryGetValue(batch.Node, out var room) && room.Silent && seconds >= least;
            var over = silent ? double.MaxValue : StragglerRule.Over(units, seconds, stage.SortedRates, Spec.Policy.SlowerThan, least);
            if (over > 0) found.Add((batch, over, expected));
        }
        found.Sort((a, b) => b.Over.CompareTo(a.Over) is not 0 and var byOver ? byOver : a.Batch.Number.CompareTo(b.Batch.Number));
        return found;
    }

    /// <summary>Another task runs the same, or a part of it.</summary>
    private bool Shared(Batch batch) => _batches.Values.Any(b => b.Number != batch.Number && b.Stage == batch.Stage && b.Partitions.Any(p => Array.IndexOf(batch.Partitions, p) >= 0));

    private bool IsSlow(NodeRoom room)
    {
        if (room.Speed == 0) return false;
        var speeds = _nodes.Values.Where(n => n.Speed > 0).Select(n => n.Speed).Order().ToArray();
        return room.Speed < SlowNode * speeds[speeds.Length / 2];
    }
}
