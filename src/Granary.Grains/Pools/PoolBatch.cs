using System.Diagnostics;
using Granary.Abstractions;
using Granary.Abstractions.Diagnostics;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Grains.Pools;

/// <summary>
/// What a pool decided between two commits: the events to make durable, and what to do once they are. Nothing of it is acknowledged,
/// sent or shown to watchers before its commit.
/// </summary>
internal sealed class PoolBatch : IPoolEffects
{
    private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventBatch Events { get; } = new();

    public List<TaskView> FinishedTasks { get; } = [];

    public List<TaskChange> Changes { get; } = [];

    public Dictionary<string, List<NodeCommand>> Commands { get; } = new(StringComparer.Ordinal);

    /// <summary>Leases granted.</summary>
    public int Started { get; private set; }

    /// <summary>Spans from a decision until it is durable and sent; null when there are none.</summary>
    public List<Activity>? Placing { get; private set; }

    /// <summary>Completes when the batch is durable; fails when it could not be written.</summary>
    public Task Committed => _committed.Task;

    public bool IsEmpty => Events.Count == 0;

    public bool WantsChanges => true;

    public bool WantsFinished => true;

    public void Start(in LeaseGrant grant)
    {
        Started++;
        var assignment = grant.ToAssignment();
        if (GranaryDiagnostics.Begin("task place", ActivityKind.Producer, assignment.Trace) is { } placing)
        {
            placing.SetTag("granary.task", assignment.Lease.Task.ToString()).SetTag("granary.node", grant.Node).SetTag("granary.attempt", grant.Attempt);
            (Placing ??= []).Add(placing);
            assignment = assignment with { Trace = placing.Id };
        }
        CommandsFor(grant.Node).Add(new NodeCommand { Start = assignment });
    }

    public void Stop(StopLease stop) => CommandsFor(stop.Lease.Node).Add(new NodeCommand { Stop = stop });

    public void Changed(TaskChange change) => Changes.Add(change);

    public void Finished(TaskView final) => FinishedTasks.Add(final);

    public void Complete() => _committed.TrySetResult();

    public void Fail(Exception error)
    {
        _committed.TrySetException(error);
        _ = _committed.Task.Exception; // observed: a batch of internal decisions may have no caller
    }

    private List<NodeCommand> CommandsFor(string node)
    {
        if (!Commands.TryGetValue(node, out var list)) Commands[node] = list = [];
        return list;
    }
}
