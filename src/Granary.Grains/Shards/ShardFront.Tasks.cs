using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;
using Granary.Scheduling.Shards;

namespace Granary.Grains.Shards;

/// <summary>Tasks: each is in one part, found by its number.</summary>
internal sealed partial class ShardFront
{
    /// <summary>A task moves at most once in a second; who follows it finds it the second time.</summary>
    private const int MostAttempts = 4;

    public async Task<SubmitReply> Submit(SubmitBatch batch)
    {
        if (batch.Number != 0) throw GranaryException.Invalid($"pool {_pool}: a submission does not choose its numbers; leave 'number' out");
        await ReadyAsync();
        ShardRange? refused = null;
        for (var attempt = 1; ; attempt++)
        {
            // where what it waits for is, must be certain: a part that has not got it yet would think that it had failed
            if (WaitsForTasks(batch)) await SettleAsync();
            var again = refused;
            var range = await _journal.DecideAsync((scheduler, now, events, effects) => scheduler.Route(batch, _waiting, first =>
            {
                var shard = Choose(batch, first);
                Charge(batch, shard);
                return shard;
            }, now, events, effects, again));
            try
            {
                return await _parts[range.Shard].Submit(batch with { Number = range.First });
            }
            catch (GranaryException e) when (e.Code == ErrorCode.Unavailable && WaitsForTasks(batch) && attempt < MostAttempts)
            {
                await SettleAsync();
                if (Choose(batch, range.First) == range.Shard) throw;
                refused = range;
            }
        }
    }

    private static bool WaitsForTasks(SubmitBatch batch) => batch.Items?.Any(i => i?.After is { Count: > 0 }) == true;

    public async Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item)
    {
        await ReadyAsync();
        return await _parts[Choose(new SubmitBatch("", [item]), _journal.Scheduler.NextNumber)].WhatIfSubmit(item);
    }

    private int Choose(SubmitBatch batch, long turn) =>
        _router.Choose(PoolScheduler.Placed(batch), _pool, _loads, agent => _homes.GetValueOrDefault(agent), turn);

    public async Task<CancelReply> Cancel(CancelRequest request)
    {
        List<long> accepted = [], finished = [], unknown = [];
        await AskAsync(request.Numbers, async (part, numbers) =>
        {
            var reply = await part.Cancel(request with { Numbers = numbers });
            accepted.AddRange(reply.Accepted);
            finished.AddRange(reply.AlreadyFinished);
            return reply.NotFound;
        }, unknown);
        return new CancelReply(accepted, finished, unknown);
    }

    public async Task<MigrateReply> Migrate(MigrateRequest request) =>
        await (await PartOfAsync(request.Number) ?? throw NotFound(request.Number)).Migrate(request);

    public async Task<TaskExplanation> Explain(long number)
    {
        TaskExplanation? explanation = null;
        await AskAsync([number], async (part, numbers) =>
        {
            try
            {
                explanation = await part.Explain(number);
                return [];
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
            {
                return numbers;
            }
        }, []);
        return explanation ?? throw NotFound(number);
    }

    public async Task<TaskView?> Get(long number)
    {
        TaskView? view = null;
        await AskAsync([number], async (part, numbers) => (view = await part.Get(number)) is null ? numbers : [], []);
        return view;
    }

    public async Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers)
    {
        var views = new List<TaskView>(numbers.Count);
        await AskAsync(numbers, async (part, asked) =>
        {
            var found = await part.GetMany(asked);
            views.AddRange(found);
            if (found.Count == asked.Count) return [];
            var have = found.Select(t => t.Id.Number).ToHashSet();
            return [.. asked.Where(n => !have.Contains(n))];
        }, []);
        return views;
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

    /// <summary>
    /// Asks the parts that have the numbers, each for its own. What a part does not know, may have gone to another while it was asked: then that one is asked.
    /// </summary>
    /// <param name="ask">Returns those of the numbers that the part does not know.</param>
    /// <param name="unknown">Gets what nobody knows.</param>
    private async Task AskAsync(IReadOnlyList<long> numbers, Func<IPoolGrain, IReadOnlyList<long>, Task<IReadOnlyList<long>>> ask, List<long> unknown)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (found, never) = await SortAsync(numbers);
            unknown.AddRange(never);
            var moved = IsMoving;
            var missing = await Task.WhenAll(found.Select(async f => (f.Key, Numbers: await ask(_parts[f.Key], f.Value))));
            numbers = [.. missing.SelectMany(m => m.Numbers)];
            if (numbers.Count == 0) return;
            var again = moved || IsMoving || missing.Any(m => m.Numbers.Any(n => Book.ShardOf(n) is { } shard && shard != m.Key));
            if (!again || attempt == MostAttempts)
            {
                unknown.AddRange(numbers);
                return;
            }
            await SettleAsync();
        }
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
