using Granary.Abstractions;
using Granary.Distribution.Commands;
using Granary.Distribution.Jobs;
using Granary.Distribution.Nodes;
using Granary.Model;
using Granary.Scheduling;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Work;

/// <summary>The rounds: listen, plan, keep, act.</summary>
public sealed partial class DistributedWorkGrain
{
    private const int NodesAtOnce = 64;
    private const int SubmissionsAtOnce = 16;
    private const int TasksAtOnce = 1000;

    /// <summary>How long a round listens: stragglers and idle nodes are looked at that often at least.</summary>
    private static readonly TimeSpan Listening = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan NodesEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Batches that this activation has tried to submit: of others nobody knows whether they were.</summary>
    private readonly HashSet<int> _planned = [];

    private long _cursor;
    private long _nodesAt;
    private long _keptAt;
    private long _pausedUntil;
    private bool _dirty;

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        var job = _job!;
        try
        {
            if (_cursor == 0) await CatchUpAsync(job);
            if (Now >= _nodesAt) await ReadNodesAsync(job);
            job.Plan(Now);
            await KeepAsync(job);
            if (Now >= _pausedUntil) await ActAsync(job);
            if (job.IsOver)
            {
                await KeepAsync(job, always: true);
                await WorkList.Ended(Id);
                _rounds!.Dispose();
                return;
            }
            await ListenAsync(job);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _note = e.Message;
            _cursor = 0; // what was missed is read again
            LogRoundFailed(log, Id, e.Message);
            await Task.Delay(AfterFailure, clock, cancellationToken);
        }
    }

    /// <summary>Where its tasks are now, from then on by their changes.</summary>
    private async Task CatchUpAsync(WorkJob job)
    {
        var cursor = (await Pool.Watch(0, TimeSpan.Zero)).Cursor;
        foreach (var numbers in job.LiveTasks.ToArray().Chunk(TasksAtOnce))
        {
            var views = await Pool.GetMany(numbers);
            foreach (var view in views) Observe(job, view);
            foreach (var gone in numbers.Except(views.Select(v => v.Id.Number))) job.Forgotten(gone, Now);
        }
        _cursor = cursor;
    }

    private async Task ReadNodesAsync(WorkJob job)
    {
        var names = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes();
        var readings = new List<NodeReading>();
        foreach (var some in names.Chunk(NodesAtOnce))
            readings.AddRange((await Task.WhenAll(some.Select(DescribeAsync))).OfType<NodeView>().Where(v => v.Spec.Pool == job.Spec.Pool).Select(NodeReading.Of));
        job.Observe(readings);
        // a large pool is asked less often
        _nodesAt = Now + Clock.ToMicros(NodesEvery) + (names.Count * 5_000L);
    }

    /// <summary>Null for a node that does not answer: it counts as gone until it does.</summary>
    private async Task<NodeView?> DescribeAsync(string node)
    {
        try
        {
            return await grains.GetGrain<INodeGrain>(node).Describe();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNodeSilent(log, Id, node, e.Message);
            return null;
        }
    }

    /// <summary>Writes the state where something is about to depend on it, and else once a second.</summary>
    private async Task KeepAsync(WorkJob job, bool always = false)
    {
        var events = job.Take();
        _dirty |= events.Count > 0;
        foreach (var planned in events.OfType<BatchPlanned>()) _planned.Add(planned.Batch);
        var waiting = _kept; // whoever comes while this is being written waits for the next
        _kept = null;
        var due = always || waiting is not null || events.Any(e => e is BatchPlanned or WorkEnded) || Now >= _keptAt + Clock.ToMicros(KeepEvery);
        if (_dirty && due)
        {
            progress.State.Snapshot = job.Snapshot();
            (_dirty, _keptAt) = (false, Now);
            try
            {
                await progress.WriteStateAsync();
            }
            catch (Exception e)
            {
                // what is in memory is ahead of what is kept: nothing of it was submitted
                LogNotKept(log, Id, e.Message);
                waiting?.TrySetException(GranaryException.Unavailable($"work {Id} could not be written: {e.Message}; try again"));
                _rounds!.Dispose();
                DeactivateOnIdle();
                throw;
            }
        }
        waiting?.TrySetResult();
    }

    private async Task ActAsync(WorkJob job)
    {
        foreach (var batch in job.Unsubmitted.Where(b => b.Unwanted && _planned.Contains(b.Number)).ToArray()) job.Withdrawn(batch.Number);
        foreach (var some in job.Unsubmitted.Select(b => b.Clone()).ToArray().Chunk(SubmissionsAtOnce))
        {
            foreach (var batch in some) _planned.Remove(batch.Number);
            await Task.WhenAll(some.Select(b => SubmitAsync(job, b)));
        }
        foreach (var numbers in job.Unwanted.ToArray().Chunk(TasksAtOnce))
        {
            var reply = await Pool.Cancel(new CancelRequest(numbers, "its result is not needed any more"));
            foreach (var gone in reply.NotFound) job.Forgotten(gone, Now);
            if (reply.AlreadyFinished.Count > 0)
                foreach (var view in await Pool.GetMany(reply.AlreadyFinished)) Observe(job, view);
        }
    }

    private async Task SubmitAsync(WorkJob job, Batch batch)
    {
        try
        {
            var reply = await Pool.Submit(new SubmitBatch(job.OperationOf(batch), [new SubmitItem(BatchCommand.Task(Id, job.Spec, batch))]));
            job.Admitted(batch.Number, reply.First);
            _note = "";
        }
        catch (GranaryException e) when (e.Code is ErrorCode.Invalid or ErrorCode.NotFound)
        {
            job.Refused(batch.Number, e.Message, Now);
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Refused)
        {
            _note = e.Message; // over a limit just now, or the node for it is gone: like a task that waits
            _pausedUntil = Now + Clock.ToMicros(e.RetryAfter ?? AfterFailure);
        }
    }

    /// <summary>Waits for changes of the pool, a while at most, and tells those of its own tasks.</summary>
    private async Task ListenAsync(WorkJob job)
    {
        if (_signal.Task.IsCompleted) _signal = new TaskCompletionSource();
        var watch = Pool.Watch(_cursor, Listening);
        if (await Task.WhenAny(watch, _signal.Task) != watch) return; // the cursor is as it was: nothing is missed
        var batch = await watch;
        if (batch.Gap)
        {
            _cursor = 0;
            return;
        }
        _cursor = batch.Cursor;
        var own = job.LiveTasks.ToHashSet();
        var unclear = new List<long>();
        foreach (var change in batch.Changes)
        {
            if (!own.Contains(change.Id.Number)) continue;
            if (change.State.IsFinal()) unclear.Add(change.Id.Number);
            else job.Observe(change.Id.Number, change.State, change.Node, change.State == TaskState.Running ? Clock.ToMicros(change.At) : 0, 0, change.Reason, Now);
        }
        // when it began and ended, exactly
        foreach (var numbers in unclear.Distinct().Chunk(TasksAtOnce))
            foreach (var view in await Pool.GetMany(numbers)) Observe(job, view);
    }

    private void Observe(WorkJob job, TaskView view) => job.Observe(view.Id.Number, view.State, view.Node,
        view.Started is { } started ? Clock.ToMicros(started) : 0, view.Finished is { } finished ? Clock.ToMicros(finished) : 0, view.Reason, Now);

    [LoggerMessage(1, LogLevel.Warning, "work {Work}: a round failed, the next begins anew: {Error}")]
    private static partial void LogRoundFailed(ILogger logger, string work, string error);

    [LoggerMessage(3, LogLevel.Debug, "work {Work}: node {Node} does not answer: {Error}")]
    private static partial void LogNodeSilent(ILogger logger, string work, string node, string error);

    [LoggerMessage(2, LogLevel.Error, "work {Work}: its state could not be written, it is loaded again: {Error}")]
    private static partial void LogNotKept(ILogger logger, string work, string error);
}
