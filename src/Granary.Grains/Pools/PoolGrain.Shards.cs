using Granary.Abstractions;
using Granary.Grains.Shards;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Grains.Pools;

/// <summary>A sharded pool: the grain of its name is the front, and others of the same kind, each with its journal, are the parts.</summary>
public sealed partial class PoolGrain : IFrontJournal
{
    private ShardFront? _front;
    private bool _isPart;

    PoolScheduler IFrontJournal.Scheduler => _scheduler;

    void IFrontJournal.Drained(long tasks) => _scheduler.Drained(tasks, Now);

    async Task<T> IFrontJournal.DecideAsync<T>(Func<PoolScheduler, long, EventBatch, IPoolEffects, T> decide)
    {
        var batch = Open();
        var decided = decide(_scheduler, Now, batch.Events, batch);
        await CommitAsync(batch);
        return decided;
    }

    public Task<PartStanding> Part()
    {
        CheckPart();
        return Task.FromResult(_scheduler.Part(Now));
    }

    public async Task<YieldedTasks?> Yield(YieldRequest request)
    {
        CheckPart();
        var batch = Open();
        var yielded = _scheduler.Yield(request, Now, batch.Events, batch);
        await CommitAsync(batch); // what was decided before, too: the front must not act on what may be undone
        return yielded;
    }

    public async Task Take(int from, YieldedTasks tasks)
    {
        CheckPart();
        var batch = Open();
        _scheduler.Take(from, tasks, Now, batch.Events, batch);
        await CommitAsync(batch);
    }

    public async Task EndYield(long ticket)
    {
        CheckPart();
        var batch = Open();
        _scheduler.EndYield(ticket, Now, batch.Events, batch);
        await CommitAsync(batch);
    }

    public async Task<bool> ReleaseNode(string node, long move)
    {
        CheckPart();
        var batch = Open();
        var released = _scheduler.ReleaseNode(node, move, Now, batch.Events, batch);
        await CommitAsync(batch);
        return released;
    }

    private void CheckPart()
    {
        if (!_isPart) throw GranaryException.Invalid($"pool {_pool} is no part of a sharded pool");
    }

    /// <summary>Becomes a front when the pool has parts, or has more since nothing was numbered.</summary>
    private void FaceParts()
    {
        var shards = _isPart ? 1 : _scheduler.Spec.Shards;
        if (shards == (_front?.Count ?? 1)) return;
        _front?.End();
        _front?.Wake();
        _front = shards == 1 ? null : new ShardFront(_pool, this, grains, clock, _options, stop, log);
    }

    /// <summary>The store knows tasks by the part that they are in, everybody else by the pool.</summary>
    private IReadOnlyList<TaskView> Stored(IReadOnlyList<TaskView> finished) =>
        _isPart && finished.Count > 0 ? [.. finished.Select(t => t with { Id = new TaskId(_key, t.Id.Number) })] : finished;

    private TaskView? Named(TaskView? stored) => _isPart && stored is not null ? stored with { Id = new TaskId(_pool, stored.Id.Number) } : stored;
}
