using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>The pipeline: what partitions of later stages wait for, and when a stage pauses for the next.</summary>
public sealed partial class WorkJob
{
    /// <summary>A partition was closed: what waited for it may be ready.</summary>
    private void Closed(StageState stage, int partition)
    {
        foreach (var behind in stage.Behind)
        {
            if (behind.Spec.Flow == WorkFlow.Each) Unblock(behind, partition);
            else if (stage.Closed == stage.Count) Unblock(behind);
        }
    }

    private void Unblock(StageState stage)
    {
        if (stage.Spec.Flow == WorkFlow.All && stage.Before.Any(b => b.Closed < b.Count)) return;
        for (var partition = 0; partition < stage.Count; partition++) Unblock(stage, partition);
    }

    private static void Unblock(StageState stage, int partition)
    {
        if (stage.State[partition] != PartitionState.Blocked) return;
        if (stage.Spec.Flow == WorkFlow.Each)
            foreach (var before in stage.Before)
                if (before.State[partition] is not (PartitionState.Done or PartitionState.Skipped)) return;
        stage.State[partition] = PartitionState.Waiting;
        stage.Ready.Add(partition);
    }

    /// <summary>A stage behind has enough to do. Then it has partitions that are ready, so the two never wait for each other.</summary>
    private bool Paused(StageState stage)
    {
        foreach (var behind in stage.Behind)
            if (behind.Spec.Flow == WorkFlow.Each && behind.Ready.Count >= Spec.Policy.Ahead) return true;
        return false;
    }

    /// <summary>What can never get its input is left out; what has failed too often ends the work or is left out; what has nothing left to do has succeeded.</summary>
    private void Settle(long now)
    {
        if (State != WorkState.Running) return;
        foreach (var stage in _stages)
        {
            foreach (var (partition, failures) in stage.Failures.Where(f => f.Value > Spec.Policy.Retries).OrderBy(f => f.Key).ToArray())
            {
                if (stage.State[partition] != PartitionState.Waiting) continue; // a copy of it may still succeed
                if (Spec.Policy.OnPoison == PoisonPolicy.Skip)
                {
                    Raise(new PartitionSkipped(stage.Index, partition));
                    continue;
                }
                var where = stage.FailedOn.TryGetValue(partition, out var node) ? $", last on {node}" : "";
                Raise(new WorkEnded(WorkState.Failed, FormattableString.Invariant($"partition {partition} of stage {stage.Spec.Name} failed {failures} times{where}: {_lastFailure}"), now));
                return;
            }
            if (stage.Spec.Flow != WorkFlow.Each || stage.Before.All(b => b.Skipped == 0)) continue;
            foreach (var partition in stage.Ready.All.Where(p => stage.Before.Any(b => b.State[p] == PartitionState.Skipped)).ToArray()) Raise(new PartitionSkipped(stage.Index, partition));
        }
        if (_stages.All(s => s.Closed == s.Count))
            Raise(new WorkEnded(WorkState.Succeeded, _stages.Sum(s => s.Skipped) is > 0 and var skipped ? FormattableString.Invariant($"{skipped} partitions were left out") : "", now));
    }
}
