using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Pools;

/// <summary>Live tasks come from the scheduler, ended ones from the task table; between the two stands the batch being written.</summary>
public sealed partial class PoolGrain
{
    private const int MostChanges = 4096;

    public Task<PoolView> Describe()
    {
        CheckExists();
        if (_front is not null) return _front.Describe();
        return Task.FromResult(_scheduler.Describe(Now) with { Sequence = _sequence });
    }

    public Task<AgentShare?> ShareOf(string agent) => _front?.ShareOf(agent) ?? Task.FromResult(_scheduler.ShareOf(agent, Now));

    public Task<IReadOnlyList<AgentShare>> Shares() => _front?.Shares() ?? Task.FromResult(_scheduler.Shares(Now));

    public Task<IReadOnlyList<GroupShare>> GroupShares() => _front?.GroupShares() ?? Task.FromResult(_scheduler.GroupShares());

    public Task<NodeUse?> NodeUse(string node) => _front?.NodeUse(node) ??
        Task.FromResult(_scheduler.Node(node) is { } use ? new NodeUse(use.Used, use.Tasks) : null);

    public async Task<TaskView?> Get(long number) => _front is not null ? await _front.Get(number)
        : _scheduler.Get(number, Now) ?? Committing(number) ?? Named(await store.GetAsync(_key, number, CancellationToken.None));

    public async Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers)
    {
        if (_front is not null) return await _front.GetMany(numbers);
        var views = new List<TaskView>(numbers.Count);
        var ended = new List<long>();
        foreach (var number in numbers)
            if ((_scheduler.Get(number, Now) ?? Committing(number)) is { } view) views.Add(view);
            else ended.Add(number);
        if (ended.Count > 0) views.AddRange((await store.GetManyAsync(_key, ended, CancellationToken.None)).Select(t => Named(t)!));
        return views;
    }

    public async Task<TaskPage> List(TaskQuery query)
    {
        if (_front is not null) return await _front.List(query);
        if (query.Limit is < 1 or > TaskQuery.MaxLimit)
            throw GranaryException.Invalid($"a page has 1 to {TaskQuery.MaxLimit} tasks, not {query.Limit}");
        var live = _scheduler.List(query, Now);
        var committing = Overlay().Where(t => Matches(t, query)).ToList();
        var ended = query.Executor is not null || (query.States is { Count: > 0 } states && !states.Any(TaskStates.IsFinal))
            ? new TaskPage([], 0)
            : await store.ListAsync(_key, query, CancellationToken.None);
        // each part is the newest first and may reach further down than the page: the page ends where the first full part ends
        var merged = live.Concat(committing).Concat(ended.Tasks.Select(t => Named(t)!)).DistinctBy(t => t.Id.Number).OrderByDescending(t => t.Id.Number).ToList();
        var more = merged.Count > query.Limit || ended.Next != 0 || live.Count >= query.Limit;
        var page = merged.Count > query.Limit ? merged[..query.Limit] : merged;
        return new TaskPage(page, more && page.Count > 0 ? page[^1].Id.Number : 0);
    }

    public async Task<ChangeBatch> Watch(long cursor, TimeSpan maxWait)
    {
        if (_front is not null) return await _front.Watch(cursor, maxWait);
        if (cursor == 0) return new ChangeBatch(_changes.Cursor, false, []);
        var batch = _changes.Read(cursor, MostChanges);
        if (batch.Changes.Count > 0 || batch.Gap || _failure is not null) return batch;
        var wait = maxWait < _options.LongestPoll ? maxWait : _options.LongestPoll;
        if (wait > TimeSpan.Zero) await Waits.UntilAsync(Task.WhenAny(_changes.Arrival, stop.Stopping), wait, clock);
        return _changes.Read(cursor, MostChanges);
    }

    private TaskView? Committing(long number)
    {
        foreach (var task in Overlay())
            if (task.Id.Number == number) return task;
        return null;
    }

    private IEnumerable<TaskView> Overlay() => _writing is null ? _open.FinishedTasks : _open.FinishedTasks.Concat(_writing.FinishedTasks);

    private static bool Matches(TaskView task, TaskQuery query) =>
        query.Executor is null
        && (query.Agent.Length == 0 || task.Spec.Agent == query.Agent)
        && (query.Name.Length == 0 || task.Spec.Name == query.Name)
        && (query.States is not { Count: > 0 } states || states.Contains(task.State))
        && (query.Before == 0 || task.Id.Number < query.Before)
        && (query.SubmittedFrom is not { } from || task.Submitted >= from)
        && (query.SubmittedTo is not { } to || task.Submitted < to)
        && (query.Labels is not { } labels || labels.All(l => task.Spec.Labels is { } own && own.TryGetValue(l.Key, out var value) && value == l.Value));

    /// <summary>The scheduler forgets what has ended: numbers it does not know may stand in the task table.</summary>
    private async Task<CancelReply> SortOutUnknownAsync(CancelReply reply)
    {
        if (reply.NotFound.Count == 0) return reply;
        var ended = (await GetMany(reply.NotFound)).Where(t => t.State.IsFinal()).Select(t => t.Id.Number).ToHashSet();
        return reply with
        {
            AlreadyFinished = [.. reply.AlreadyFinished, .. reply.NotFound.Where(ended.Contains)],
            NotFound = [.. reply.NotFound.Where(n => !ended.Contains(n))],
        };
    }
}
