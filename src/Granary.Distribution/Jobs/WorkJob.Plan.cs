using Granary.Distribution.Batching;
using Granary.Distribution.Commands;
using Granary.Distribution.Nodes;
using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>Which partitions go into tasks now, and to which nodes.</summary>
/// <remarks>
/// A node with room gets what lies on it; what lies nowhere goes to the fastest; a node that has had room for the locality delay and nothing of its own takes from the longest queue
/// (work stealing, with the wait of delay scheduling: Zaharia et al., EuroSys 2010; here each node waits by itself, so that one with no data at all gets its turn while others still find theirs).
/// </remarks>
public sealed partial class WorkJob
{
    /// <summary>Tasks that wait in the pool for room that this cannot see: the agent's fair share is more than what is free.</summary>
    private const int MostWaiting = 8;

    private long _starvedSince;

    /// <summary>Plans what can be planned; <see cref="Take"/> has the events.</summary>
    public void Plan(long now)
    {
        Settle(now);
        if (State != WorkState.Running) return;
        foreach (var stage in _fromTheEnd)
        {
            if (stage.Ready.Count == 0 || Paused(stage)) continue;
            var request = stage.Spec.Task.Resources;
            foreach (var room in Rooms(request))
                while (MayBegin(stage) && room.Slots(request) > 0 && stage.Ready.At(room.Name).Count > 0)
                {
                    room.IdleSince = 0;
                    Begin(stage, room, stage.Ready.At(room.Name), false, now);
                }
            SpreadAnywhere(stage, request, now);
            Steal(stage, request, now);
            Queue(stage, request, now);
        }
        Speculate(now);
    }

    /// <summary>Nodes with room, the fastest first, then the emptiest.</summary>
    private NodeRoom[] Rooms(ResourceSet request) =>
        [.. _nodes.Values.Where(n => n.Slots(request) > 0).OrderByDescending(n => n.Pace).ThenByDescending(n => n.Slots(request)).ThenBy(n => n.Name, StringComparer.Ordinal)];

    private bool MayBegin(StageState stage) => stage.Ready.Count > 0 && !Paused(stage) && (Spec.Policy.Workers == 0 || _batches.Count < Spec.Policy.Workers);

    /// <summary>What lies nowhere in particular, one task after another over all nodes with room.</summary>
    private void SpreadAnywhere(StageState stage, ResourceSet request, long now)
    {
        while (MayBegin(stage) && stage.Ready.Anywhere.Count > 0)
        {
            var first = stage.Ready.Anywhere.Min;
            var rooms = Rooms(request);
            // a partition that has failed on a node tries another, where there is one
            var room = rooms.FirstOrDefault(r => !(stage.FailedOn.TryGetValue(first, out var node) && node == r.Name)) ?? rooms.FirstOrDefault();
            if (room is null) return;
            room.IdleSince = 0;
            Begin(stage, room, stage.Ready.Anywhere, false, now);
        }
    }

    private void Steal(StageState stage, ResourceSet request, long now)
    {
        var delay = (long)Spec.Policy.LocalityDelay.TotalMicroseconds;
        foreach (var room in Rooms(request))
        {
            if (!MayBegin(stage) || stage.Ready.Places.FirstOrDefault() is null)
            {
                room.IdleSince = 0;
                continue;
            }
            if (room.IdleSince == 0) room.IdleSince = now;
            while (MayBegin(stage) && room.Slots(request) > 0)
            {
                var waited = now - room.IdleSince >= delay;
                var victim = Victim(stage, waited && Spec.Policy.Stealing);
                if (victim is null) break;
                Begin(stage, room, stage.Ready.At(victim), true, now);
            }
        }
    }

    /// <summary>The place with the most waiting: any when stealing, else of those that are no node that takes tasks.</summary>
    private string? Victim(StageState stage, bool any) => stage.Ready.Places
        .Where(p => any || (!IsReady(p) && stage.Ready.At(p).Any(i => !stage.Spec.Partitions[i].At!.Any(IsReady))))
        .OrderByDescending(p => stage.Ready.At(p).Count).ThenBy(p => p, StringComparer.Ordinal).FirstOrDefault();

    private bool IsReady(string node) => _nodes.TryGetValue(node, out var room) && room.Ready;

    /// <summary>Where nothing is free and others hold some of it, a few tasks wait in the pool: they get what the agent is owed, by its share or by preemption.</summary>
    private void Queue(StageState stage, ResourceSet request, long now)
    {
        var ready = _nodes.Values.Count(n => n.Ready);
        if (!MayBegin(stage) || _nodes.Values.Any(n => n.Slots(request) > 0) || (stage.Live > 0 && !_nodes.Values.Any(n => n.IsContended(request))))
        {
            _starvedSince = 0;
            return;
        }
        if (_starvedSince == 0) _starvedSince = now;
        if (now - _starvedSince < (long)Spec.Policy.LocalityDelay.TotalMicroseconds && stage.Live > 0) return;
        while (MayBegin(stage) && _batches.Values.Count(b => b.Node.Length == 0) < Math.Clamp(ready, 1, MostWaiting)) Begin(stage, null, stage.Ready.All, false, now);
    }

    private void Begin(StageState stage, NodeRoom? room, SortedSet<int> from, bool stolen, long now)
    {
        var partitions = Fill(stage, room, from, stolen);
        var places = stage.Spec.Partitions[partitions[0]].At;
        var steered = room is not null && (places is { Count: > 0 } || stage.FailedOn.ContainsKey(partitions[0]));
        Raise(new BatchPlanned(_lastBatch + 1, stage.Index, partitions, room?.Name ?? "", steered, 0, stolen, now));
    }

    /// <summary>As many as should take the goal on that node. A thief takes from the end, where the owner comes last.</summary>
    private int[] Fill(StageState stage, NodeRoom? room, SortedSet<int> from, bool last)
    {
        var policy = Spec.Policy;
        var pace = room?.Pace ?? 1;
        var slots = Math.Max(1, _batches.Count + _nodes.Values.Sum(n => n.Slots(stage.Spec.Task.Resources)));
        var most = BatchSizer.Size(stage.SecondsEach / pace, policy.BatchGoal.TotalSeconds, stage.Ready.Count, slots, stage.LargestDone, BatchCommand.MostIn(stage.Spec, policy));
        var taken = new List<int>();
        double units = 0;
        long text = 0;
        foreach (var partition in last ? from.Reverse() : from)
        {
            most = Math.Min(most, stage.Limits.GetValueOrDefault(partition, int.MaxValue));
            units += stage.Units(partition);
            text += BatchCommand.TextOf(stage.Spec, partition);
            if (taken.Count >= most) break;
            if (taken.Count > 0 && (units * stage.SecondsPerUnit / pace > policy.BatchGoal.TotalSeconds || text > BatchCommand.MostText || stage.Failures.ContainsKey(partition) || stage.Failures.ContainsKey(taken[0]))) break;
            taken.Add(partition);
        }
        taken.Sort();
        return [.. taken];
    }
}
