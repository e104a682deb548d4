using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Shards;

/// <summary>Tasks: each is in one part, found by its number.</summary>
internal sealed partial class ShardFront
{
    public async Task<SubmitReply> Submit(SubmitBatch batch)
    {
        if (batch.Number != 0) throw GranaryException.Invalid($"pool {_pool}: a submission does not choose its numbers; leave 'number' out");
        await ReadyAsync();
        var range = await _journal.DecideAsync((scheduler, now, events, effects) => scheduler.Route(batch, first =>
        {
            var shard = Choose(batch, first);
            Charge(batch, shard);
            return shard;
        }, now, events, effects));
        return await _parts[range.Shard].Submit(batch with { Number = range.First });
    }

    public async Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item)
    {
        await ReadyAsync();
        return await _parts[Choose(new SubmitBatch("", [item]), _journal.Scheduler.NextNumber)].WhatIfSubmit(item);
    }

    private int Choose(SubmitBatch batch, long turn) =>
        _router.Choose(batch, _pool, _loads, agent => _homes.GetValueOrDefault(agent), turn);

    public async Task<CancelReply> Cancel(CancelRequest request)
    {
        var (found, unknown) = await SortAsync(request.Numbers);
        var replies = await Task.WhenAll(found.Select(f => _parts[f.Key].Cancel(request with { Numbers = f.Value })));
        return new CancelReply(
            [.. replies.SelectMany(r => r.Accepted)],
            [.. replies.SelectMany(r => r.AlreadyFinished)],
            [.. replies.SelectMany(r => r.NotFound), .. unknown]);
    }

    public async Task<MigrateReply> Migrate(MigrateRequest request) =>
        await (await PartOfAsync(request.Number) ?? throw NotFound(request.Number)).Migrate(request);

    public async Task<TaskExplanation> Explain(long number) => await (await PartOfAsync(number) ?? throw NotFound(number)).Explain(number);

    public async Task<TaskView?> Get(long number) => await PartOfAsync(number) is { } part ? await part.Get(number) : null;

    public async Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers)
    {
        var (found, _) = await SortAsync(numbers);
        var views = await Task.WhenAll(found.Select(f => _parts[f.Key].GetMany(f.Value)));
        return [.. views.SelectMany(v => v)];
    }

    public async Task<TaskPage> List(TaskQuery query)
    {
        if (query.Limit is < 1 or > TaskQuery.MaxLimit)
            throw GranaryException.Invalid($"a page has 1 to {TaskQuery.MaxLimit} tasks, not {query.Limit}");
        return ShardPages.Merge(await AllAsync(part => part.List(query)), query.Limit);
    }

    public async Task Report(IReadOnlyList<TaskReport> reports)
    {
        if (reports.Count == 1 && Book.ShardOf(reports[0].Lease.Task.Number) is { } only)
        {
            await _parts[only].Report(reports);
            return;
        }
        var (found, _) = await SortAsync([.. reports.Select(r => r.Lease.Task.Number).Distinct()]);
        await Task.WhenAll(found.Select(f =>
        {
            var own = f.Value.ToHashSet();
            return _parts[f.Key].Report([.. reports.Where(r => own.Contains(r.Lease.Task.Number))]);
        }));
    }

    /// <summary>Null for a number that was never given out, or whose task nobody has any more.</summary>
    private async Task<IPoolGrain?> PartOfAsync(long number)
    {
        var (found, _) = await SortAsync([number]);
        return found.Count == 0 ? null : _parts[found.Keys.First()];
    }

    /// <summary>Numbers by part. For those that were given out so long ago that the book has forgotten where, every part is asked.</summary>
    private async Task<(Dictionary<int, List<long>> Found, List<long> Unknown)> SortAsync(IReadOnlyList<long> numbers)
    {
        var found = new Dictionary<int, List<long>>();
        List<long> forgotten = [], unknown = [];
        foreach (var number in numbers)
            if (Book.ShardOf(number) is { } shard) Put(shard, number);
            else (_journal.Scheduler.WasKnown(number) ? forgotten : unknown).Add(number);
        if (forgotten.Count == 0) return (found, unknown);
        var views = await AllAsync(part => part.GetMany(forgotten));
        var left = forgotten.ToHashSet();
        for (var i = 0; i < _count; i++)
            foreach (var view in views[i])
                if (left.Remove(view.Id.Number)) Put(i, view.Id.Number);
        unknown.AddRange(forgotten.Where(left.Contains));
        return (found, unknown);

        void Put(int shard, long number)
        {
            if (!found.TryGetValue(shard, out var list)) found[shard] = list = [];
            list.Add(number);
        }
    }

    private GranaryException NotFound(long number) =>
        GranaryException.NotFound($"no task {new TaskId(_pool, number)}; 'granary tasks --pool {_pool}' lists those of its pool");
}
