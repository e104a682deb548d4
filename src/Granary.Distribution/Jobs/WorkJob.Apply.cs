using Granary.Distribution.Stragglers;
using Granary.Model;

namespace Granary.Distribution.Jobs;

public sealed partial class WorkJob
{
    private const double NewestSpeed = 0.3;

    /// <summary>What an event makes of the state. An event of a batch that is gone changes nothing.</summary>
    public void Apply(WorkEvent e)
    {
        switch (e)
        {
            case BatchPlanned planned:
                Apply(planned);
                break;
            case BatchAdmitted admitted when _batches.TryGetValue(admitted.Batch, out var batch) && batch.Task == 0:
                batch.Task = admitted.Task;
                _byTask[admitted.Task] = batch.Number;
                break;
            case BatchPlaced placed when _batches.TryGetValue(placed.Batch, out var batch):
                Move(batch, placed.Node);
                if (placed.Node.Length == 0) batch.Started = 0;
                break;
            case BatchStarted started when _batches.TryGetValue(started.Batch, out var batch):
                Move(batch, started.Node);
                batch.Started = started.At;
                break;
            case BatchSucceeded succeeded when _batches.TryGetValue(succeeded.Batch, out var batch):
                Apply(succeeded, batch);
                break;
            case BatchFailed failed when _batches.TryGetValue(failed.Batch, out var batch):
                Apply(failed, batch);
                break;
            case BatchGone gone when _batches.TryGetValue(gone.Batch, out var batch):
                Release(batch);
                Requeue(batch);
                break;
            case PartitionSkipped skipped when _stages[skipped.Stage] is var stage && stage.State[skipped.Partition] is not (PartitionState.Done or PartitionState.Skipped):
                stage.Ready.Remove(skipped.Partition);
                stage.State[skipped.Partition] = PartitionState.Skipped;
                stage.Skipped++;
                Closed(stage, skipped.Partition);
                break;
            case WorkEnded ended when State == WorkState.Running:
                (State, Reason, _ended) = (ended.State, ended.Reason, ended.At);
                foreach (var batch in _batches.Values) batch.Unwanted = true;
                break;
        }
    }

    private void Apply(BatchPlanned planned)
    {
        _counts.Tasks++;
        if (planned.Stolen) _counts.Stolen++;
        if (planned.CopyOf > 0) _counts.Copies++;
        _lastBatch = Math.Max(_lastBatch, planned.Batch);
        var batch = new Batch
        {
            Number = planned.Batch,
            Stage = planned.Stage,
            Partitions = [.. planned.Partitions],
            Target = planned.Target,
            Steered = planned.Steered,
            CopyOf = planned.CopyOf,
            Planned = planned.At,
        };
        Hold(batch);
        if (batch.Target.Length > 0) Room(batch.Target).Take(RequestOf(batch));
    }

    /// <summary>The first result of a partition closes it.</summary>
    private void Apply(BatchSucceeded succeeded, Batch batch)
    {
        var stage = _stages[batch.Stage];
        Release(batch);
        var fresh = State == WorkState.Running ? batch.Partitions.Where(p => stage.State[p] is not (PartitionState.Done or PartitionState.Skipped)).ToArray() : [];
        var counted = succeeded.Seconds * fresh.Length / batch.Partitions.Length;
        (_counts.BusySeconds, _counts.WastedSeconds) = (_counts.BusySeconds + counted, _counts.WastedSeconds + succeeded.Seconds - counted);
        var units = stage.Units(batch.Partitions);
        stage.Measured(units, succeeded.Seconds, batch.Partitions.Length);
        Learn(stage, units, succeeded);
        if (fresh.Length == 0)
        {
            Requeue(batch); // of work that has ended: nothing runs it any more
            return;
        }
        if (batch.CopyOf > 0) _counts.CopiesFirst++;
        Room(succeeded.Node).Done += fresh.Length;
        foreach (var partition in fresh)
        {
            stage.Ready.Remove(partition);
            if (stage.State[partition] == PartitionState.Running) stage.Running--;
            stage.State[partition] = PartitionState.Done;
            stage.Winners[partition] = batch.Task;
            stage.Done++;
            Closed(stage, partition);
        }
        foreach (var other in _batches.Values)
            if (other.Stage == batch.Stage && other.Partitions.All(p => stage.State[p] is PartitionState.Done or PartitionState.Skipped)) other.Unwanted = true;
    }

    /// <summary>Alone, a partition has failed once more; together, nobody knows whose fault it was: they go into tasks of half the size.</summary>
    private void Apply(BatchFailed failed, Batch batch)
    {
        var stage = _stages[batch.Stage];
        Release(batch);
        _counts.Failures++;
        foreach (var partition in batch.Partitions)
        {
            if (batch.Partitions.Length > 1) stage.Limits[partition] = Math.Max(1, batch.Partitions.Length / 2);
            else stage.Failures[partition] = stage.Failures.GetValueOrDefault(partition) + 1;
            if (failed.Node.Length > 0) stage.FailedOn[partition] = failed.Node;
        }
        Requeue(batch);
    }

    /// <summary>How fast the node is against the median of what has come back.</summary>
    private void Learn(StageState stage, double units, BatchSucceeded succeeded)
    {
        if (succeeded.Node.Length == 0) return;
        var speed = Math.Clamp(StragglerRule.Expected(units, stage.SortedRates) / Math.Max(succeeded.Seconds, 1e-3), 0.02, 50);
        var room = Room(succeeded.Node);
        room.Speed = room.Speed == 0 ? speed : (NewestSpeed * speed) + ((1 - NewestSpeed) * room.Speed);
    }

    /// <summary>Counts a task and what is in it.</summary>
    private void Hold(Batch batch)
    {
        var stage = _stages[batch.Stage];
        _batches[batch.Number] = batch;
        if (batch.Task > 0) _byTask[batch.Task] = batch.Number;
        stage.Live++;
        foreach (var partition in batch.Partitions)
        {
            if (stage.State[partition] is not (PartitionState.Waiting or PartitionState.Blocked)) continue;
            stage.Ready.Remove(partition);
            stage.State[partition] = PartitionState.Running;
            stage.Running++;
        }
    }

    private void Release(Batch batch)
    {
        _batches.Remove(batch.Number);
        if (batch.Task > 0) _byTask.Remove(batch.Task);
        _stages[batch.Stage].Live--;
        var node = batch.Node.Length > 0 ? batch.Node : batch.Target;
        if (node.Length > 0) Room(node).Give(RequestOf(batch));
    }

    /// <summary>What no other task runs waits again.</summary>
    private void Requeue(Batch batch)
    {
        var stage = _stages[batch.Stage];
        foreach (var partition in batch.Partitions)
        {
            if (stage.State[partition] != PartitionState.Running || Covered(batch.Stage, partition)) continue;
            stage.Running--;
            stage.State[partition] = PartitionState.Waiting;
            stage.Ready.Add(partition);
        }
    }

    private void Move(Batch batch, string node)
    {
        var from = batch.Node.Length > 0 ? batch.Node : batch.Target;
        if (from == node) batch.Node = node;
        else
        {
            if (from.Length > 0) Room(from).Give(RequestOf(batch));
            if (node.Length > 0) Room(node).Take(RequestOf(batch));
            batch.Node = node;
            if (node.Length == 0) batch.Target = "";
        }
    }

    private bool Covered(int stage, int partition) => _batches.Values.Any(b => b.Stage == stage && Array.IndexOf(b.Partitions, partition) >= 0);

    private ResourceSet RequestOf(Batch batch) => _stages[batch.Stage].Spec.Task.Resources;
}
