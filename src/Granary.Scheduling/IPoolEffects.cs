using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling;

/// <summary>
/// What the world must hear of a decision, in order. The caller acts on it only after the events are durable: a start that was sent before
/// its event was written could run twice after a crash.
/// </summary>
public interface IPoolEffects
{
    /// <summary>True when <see cref="Changed"/> is wanted; the scheduler builds no change otherwise.</summary>
    bool WantsChanges { get; }

    /// <summary>True when <see cref="Finished"/> is wanted; the scheduler builds no view otherwise.</summary>
    bool WantsFinished { get; }

    /// <summary>A lease was granted: tell the node to start it.</summary>
    void Start(in LeaseGrant grant);

    /// <summary>Tell the node to stop a lease. May come more than once for one lease.</summary>
    void Stop(StopLease stop);

    /// <summary>A task changed its state.</summary>
    void Changed(TaskChange change);

    /// <summary>A task is final: its last view, for the task table. It has left the scheduler's memory.</summary>
    void Finished(TaskView final);
}

/// <summary>Nothing hears: for replay.</summary>
public sealed class NoEffects : IPoolEffects
{
    private NoEffects()
    {
    }

    public static NoEffects Instance { get; } = new();

    public bool WantsChanges => false;

    public bool WantsFinished => false;

    public void Start(in LeaseGrant grant)
    {
    }

    public void Stop(StopLease stop)
    {
    }

    public void Changed(TaskChange change)
    {
    }

    public void Finished(TaskView final)
    {
    }
}
