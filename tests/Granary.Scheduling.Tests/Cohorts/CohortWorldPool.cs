using System.Buffers;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Cohorts;

/// <summary>A pool of a <see cref="CohortWorld"/> with what it has written.</summary>
internal sealed class CohortWorldPool
{
    private readonly CohortWorld _world;
    private byte[]? _snapshot;
    private long _wake = long.MaxValue;

    public CohortWorldPool(CohortWorld world, string name)
    {
        (_world, Name) = (world, name);
        Scheduler = new PoolScheduler(name, new SchedulerOptions());
        Effects = new PendingEffects(world);
    }

    public string Name { get; }

    public PoolScheduler Scheduler { get; private set; }

    public List<byte[]> Journal { get; } = [];

    public PendingEffects Effects { get; }

    /// <summary>Grows with every restart.</summary>
    public int Generation { get; private set; }

    public int Finished => (int)(Scheduler.NextNumber - 1) - Scheduler.LiveTasks;

    public ResourceSet Used => Scheduler.Describe(_world.Now).Used;

    /// <summary>True when nobody wakes it before that.</summary>
    public bool Wake(long at)
    {
        if (at >= _wake) return false;
        _wake = at;
        return true;
    }

    public void Woken() => _wake = long.MaxValue;

    /// <summary>Forgets what is in memory and reads the journal; sometimes through a snapshot.</summary>
    public void Restart(bool snapshot)
    {
        Generation++;
        Woken();
        Scheduler = _snapshot is null ? new PoolScheduler(Name, Scheduler.Options) : PoolScheduler.ReadSnapshot(_snapshot, Scheduler.Options);
        foreach (var record in Journal)
        {
            var events = new EventBatch();
            EventCodec.Read(record, events);
            foreach (var e in events.Events) Scheduler.Apply(e, NoEffects.Instance);
        }
        if (!snapshot) return;
        var writer = new ArrayBufferWriter<byte>();
        Scheduler.WriteSnapshot(writer);
        _snapshot = writer.WrittenSpan.ToArray();
        Journal.Clear();
    }
}

/// <summary>What a command would have the world do, held back until it is durable.</summary>
internal sealed class PendingEffects(CohortWorld world) : IPoolEffects
{
    private List<Action> _actions = [];

    public bool WantsChanges => false;

    public bool WantsFinished => false;

    public void Clear() => _actions = [];

    public List<Action> Take()
    {
        var actions = _actions;
        _actions = [];
        return actions;
    }

    public void Start(in LeaseGrant grant)
    {
        var assignment = grant.ToAssignment();
        _actions.Add(() => world.After(1000, () => world.Start(assignment)));
    }

    public void Stop(StopLease stop) => _actions.Add(() => world.After(1000, () => world.Stop(stop)));

    public void Changed(TaskChange change)
    {
    }

    public void Finished(TaskView final)
    {
    }
}
