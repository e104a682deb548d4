using Granary.Distribution.Batching;
using Granary.Distribution.Commands;
using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>What surfaces show.</summary>
public sealed partial class WorkJob
{
    /// <param name="note">Why it does not get on; empty for nothing.</param>
    public WorkView View(long now, string note = "")
    {
        var until = State == WorkState.Running ? now : _ended;
        var elapsed = Math.Max(1e-6, (until - Created) / 1e6);
        var stragglers = Stragglers(now);
        var done = _stages.Sum(s => s.Done);
        return new WorkView
        {
            Id = Id,
            Name = Spec.Name,
            Agent = Spec.Agent,
            Pool = Spec.Pool,
            State = State,
            Reason = State == WorkState.Running ? note : Reason,
            Created = Time(Created),
            Ended = State == WorkState.Running ? null : Time(_ended),
            Stages = [.. _stages.Select(View)],
            Nodes = [.. _nodes.Values.Select(n => new WorkNodeView(n.Name, _batches.Values.Count(b => b.Node == n.Name), n.Done, Math.Round(n.Speed, 3))).Where(n => n.Running > 0 || n.Done > 0)],
            Stragglers = [.. stragglers.Select(s => new StragglerView(new TaskId(Spec.Pool, s.Batch.Task), _stages[s.Batch.Stage].Spec.Name, s.Batch.Node,
                Math.Round((now - s.Batch.Started) / 1e6, 3), Math.Round(s.Expected, 3), _batches.Values.FirstOrDefault(b => b.CopyOf == s.Batch.Number && b.Task > 0) is { } copy ? new TaskId(Spec.Pool, copy.Task) : null))],
            Tasks = _counts.Tasks,
            Stolen = _counts.Stolen,
            Copies = _counts.Copies,
            CopiesFirst = _counts.CopiesFirst,
            Failures = _counts.Failures,
            BusyTime = TimeSpan.FromSeconds(_counts.BusySeconds),
            WastedTime = TimeSpan.FromSeconds(_counts.WastedSeconds),
            SpeedUp = done == 0 ? 0 : Math.Round(_counts.BusySeconds / elapsed, 3),
            Rate = Math.Round(done / elapsed, 3),
            ExpectedEnd = Expected(now, elapsed),
        };
    }

    /// <summary>Partitions in the order of stages and numbers.</summary>
    public IReadOnlyList<PartitionView> Partitions(int from, int count)
    {
        var views = new List<PartitionView>();
        foreach (var stage in _stages)
        {
            for (var p = Math.Max(0, from); p < stage.Count && views.Count < count; p++)
                views.Add(new PartitionView(stage.Spec.Name, p, stage.State[p], stage.Winners[p] > 0 ? new TaskId(Spec.Pool, stage.Winners[p]) : null, stage.Failures.GetValueOrDefault(p)));
            from -= stage.Count;
        }
        return views;
    }

    private WorkStageView View(StageState stage)
    {
        var slots = Math.Max(1, _batches.Count + _nodes.Values.Sum(n => n.Slots(stage.Spec.Task.Resources)));
        var size = BatchSizer.Size(stage.SecondsEach, Spec.Policy.BatchGoal.TotalSeconds, stage.Ready.Count, slots, stage.LargestDone, BatchCommand.MostIn(stage.Spec, Spec.Policy));
        return new WorkStageView(stage.Spec.Name, stage.Count, stage.Done, stage.Running, stage.Ready.Count, stage.Count - stage.Closed - stage.Running - stage.Ready.Count, stage.Skipped,
            stage.Live, size, Math.Round(stage.SecondsEach, 4));
    }

    /// <summary>What is left at the measured cost, over the speed-up so far.</summary>
    private DateTimeOffset? Expected(long now, double elapsed)
    {
        if (State != WorkState.Running || _counts.BusySeconds <= 0) return null;
        double left = 0;
        foreach (var stage in _stages)
        {
            if (stage.Closed == stage.Count) continue;
            if (stage.SecondsPerUnit == 0) return null;
            left += stage.SecondsEach * (stage.Count - stage.Closed);
        }
        var seconds = left / (_counts.BusySeconds / elapsed);
        return seconds < TimeSpan.FromDays(3650).TotalSeconds ? Time(now + (long)(seconds * 1e6)) : null;
    }

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
