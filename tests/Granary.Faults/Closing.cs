using Granary.Abstractions;
using Granary.Model;
using Orleans;
using Orleans.Runtime;

namespace Granary.Faults;

/// <summary>Waits until everything has ended, then compares what the system says with what really happened.</summary>
internal sealed class Closing(World world)
{
    private IGrainFactory Grains => world.Server.Current.Grains;

    public async Task CheckAsync()
    {
        if (!await EndsAsync())
        {
            await TellWhatHangsAsync();
            return;
        }
        var tasks = await TasksAsync();
        world.Figures.Tasks = tasks.Count;
        CheckOperations(tasks);
        foreach (var task in tasks) CheckOutcome(task);
        await CheckRestAsync();
        world.Server.Kill();
        world.Server.Start();
        var again = await TasksAsync();
        // a submission that its client has given up may arrive as late as that, and become durable in the moment of the kill
        var known = tasks.Select(t => t.Id).ToHashSet();
        var givenUp = world.Submitters.SelectMany(s => s.Operations).Where(o => o.First is null).Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        if (!tasks.Select(Line).SequenceEqual(again.Where(t => known.Contains(t.Id) || !givenUp.Contains(t.Spec.Name)).Select(Line))) world.Ledger.Violate("restart: the tasks are not the same after a restart");
    }

    private async Task<bool> EndsAsync()
    {
        var limit = world.Now + world.Options.Patience;
        while (world.Now < limit)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), world.Simulation.Time);
            if (!world.Submitters.All(s => s.Done) || world.Machines.Any(m => m.Shim.Count > 0)) continue;
            if ((await TasksAsync()).All(t => Final(t.State))) return true;
        }
        return false;
    }

    private async Task TellWhatHangsAsync()
    {
        var minutes = (int)world.Options.Patience.TotalMinutes;
        foreach (var submitter in world.Submitters.Where(s => !s.Done))
            world.Ledger.Violate($"end: a client still waits after {minutes} min, for {submitter.Operations.LastOrDefault()?.Id}");
        foreach (var task in await TasksAsync())
            if (!Final(task.State)) world.Ledger.Violate($"end: {task.Id} is {task.State} after {minutes} min: {task.WaitReason} {task.Reason}");
        foreach (var machine in world.Machines.Where(m => m.Shim.Count > 0))
            world.Ledger.Violate($"end: {machine.Name} still holds {machine.Shim.Count} leases after {minutes} min");
    }

    /// <summary>Acknowledged tasks are there; of operations that were given up, all tasks are or none.</summary>
    private void CheckOperations(IReadOnlyList<TaskView> tasks)
    {
        var left = tasks.ToDictionary(t => t.Id);
        foreach (var operation in world.Submitters.SelectMany(s => s.Operations))
        {
            var mine = tasks.Where(t => t.Spec.Name == operation.Id).Select(t => t.Id.Number).Order().ToArray();
            var expected = operation.First is { } first ? Enumerable.Range(0, operation.Count).Select(i => first + i).ToArray() : mine.Length == 0 ? [] : null;
            if (expected is null ? mine.Length != operation.Count : !mine.SequenceEqual(expected))
                world.Ledger.Violate($"lost: {operation.Id} of {operation.Count} in {operation.Pool}, acknowledged from {operation.First?.ToString() ?? "never"}, is [{string.Join(',', mine)}]");
            foreach (var number in mine) left.Remove(new TaskId(operation.Pool, number));
        }
        foreach (var task in left.Keys) world.Ledger.Violate($"extra: {task} was never submitted");
    }

    /// <summary>A task ended as its last process did.</summary>
    private void CheckOutcome(TaskView task)
    {
        var runs = world.Ledger.Of(task.Id);
        if (runs.Any(r => r.Live)) world.Ledger.Violate($"live: {task.Id} is {task.State} and a process of it runs");
        var last = runs.LastOrDefault(r => r.Lease.Token == task.Token);
        switch (task.State)
        {
            case TaskState.Succeeded when last?.Code != 0:
                world.Ledger.Violate($"outcome: {task.Id} succeeded, its attempt with token {task.Token} ended with {last?.Code?.ToString() ?? "nothing"}");
                break;
            case TaskState.Failed when task.Exit?.Cause == ExitCause.ExitCode && last?.Code != task.Exit.Code:
                world.Ledger.Violate($"outcome: {task.Id} failed with {task.Exit.Code}, its attempt with token {task.Token} ended with {last?.Code?.ToString() ?? "nothing"}");
                break;
            case TaskState.Failed when task.Exit?.Cause == ExitCause.ExitCode && runs.Count < task.Spec.Retries + 1:
                world.Ledger.Violate($"retries: {task.Id} failed after {runs.Count} runs, with {task.Spec.Retries} retries");
                break;
            case TaskState.Cancelled when !Cancelled(task):
                world.Ledger.Violate($"outcome: {task.Id} was cancelled, and nobody asked for it ({task.Reason})");
                break;
        }
    }

    private bool Cancelled(TaskView task) => world.Submitters.Any(s => s.Cancelled.Contains(task.Id)) || task.After.Count > 0;

    /// <summary>Nothing is held any more: neither of nodes nor of shares.</summary>
    private async Task CheckRestAsync()
    {
        foreach (var pool in world.Pools)
        {
            var view = await Grains.GetGrain<IPoolGrain>(pool).Describe();
            if (view.Queued + view.Placed + view.Running != 0) world.Ledger.Violate($"rest: {pool} counts {view.Queued} queued, {view.Placed} placed, {view.Running} running");
            if (!view.Used.IsZero) world.Ledger.Violate($"rest: {pool} holds {view.Used}");
            foreach (var share in await Grains.GetGrain<IPoolGrain>(pool).Shares())
                if (!share.Used.IsZero) world.Ledger.Violate($"shares: {share.Agent} holds {share.Used} of {pool} with nothing running");
        }
    }

    private async Task<IReadOnlyList<TaskView>> TasksAsync()
    {
        List<TaskView> all = [];
        foreach (var pool in world.Pools)
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    all.AddRange((await Grains.GetGrain<IPoolGrain>(pool).List(new TaskQuery { Limit = TaskQuery.MaxLimit })).Tasks);
                    break;
                }
                catch (Exception e) when (e is GranaryException or OrleansException && attempt < 20)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(200), world.Simulation.Time);
                }
            }
        return all;
    }

    private static bool Final(TaskState state) => state is TaskState.Succeeded or TaskState.Failed or TaskState.Cancelled or TaskState.Rejected or TaskState.Lost;

    private static string Line(TaskView task) => $"{task.Id} {task.State} {task.Attempt} {task.Token} {task.Started:O} {task.Finished:O} {task.Reason}";
}
