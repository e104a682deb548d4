using Granary.Abstractions;
using Granary.Model;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Inbox;

/// <summary>Claims of one pool's work for people. A claim stays through retries and restarts, and goes with its task.</summary>
public sealed class InboxGrain(
    [PersistentState("inbox", InboxGrain.StorageName)] IPersistentState<InboxState> state,
    IGrainFactory grains,
    TimeProvider clock) : Grain, IInboxGrain
{
    public const string StorageName = "granary";

    /// <summary>So many claims are looked through for those whose tasks have ended before another is added.</summary>
    private const int TidyAt = 64;

    private string Pool => this.GetPrimaryKeyString();

    public async Task<IReadOnlyList<InboxItem>> List(InboxQuery query)
    {
        var items = new List<InboxItem>();
        var before = 0L;
        do
        {
            var page = await grains.GetGrain<IPoolGrain>(Pool).List(new TaskQuery
            {
                Agent = query.Agent,
                States = [TaskState.Running],
                Executor = ExecutorKind.Manual,
                Before = before,
                Limit = TaskQuery.MaxLimit,
            });
            items.AddRange(page.Tasks.Select(Item).Where(i => Concerns(i, query)));
            before = page.Next;
        }
        while (before > 0);
        items.Sort((a, b) => (a.Task.Started, a.Task.Id.Number).CompareTo((b.Task.Started, b.Task.Id.Number)));
        return items;
    }

    public async Task<InboxItem> Claim(long number, string by)
    {
        if (!Names.IsValid(by)) throw GranaryException.Invalid($"who claims it is '{(by.Length > 60 ? by[..60] : by)}'; a name is {Names.Rule}");
        var task = await Waiting(number);
        var work = task.Spec.Terms!.Action!.Manual!;
        if (work.Assignee.Length > 0 && work.Assignee != by) throw GranaryException.Refused($"task {task.Id} is for {work.Assignee}, not for {by}");
        if (state.State.Claims.TryGetValue(number, out var claim))
            return claim.By == by ? Item(task) : throw GranaryException.Refused($"task {task.Id} is claimed by {claim.By}; 'granary claim --release {task.Id}' gives it back to everybody");
        await TidyAsync();
        state.State.Claims[number] = new(by, clock.GetUtcNow());
        await state.WriteOrReadAgainAsync();
        return Item(task);
    }

    public async Task<InboxItem> Release(long number)
    {
        var task = await Waiting(number);
        if (state.State.Claims.Remove(number)) await state.WriteOrReadAgainAsync();
        return Item(task);
    }

    public Task<string> Holder(long number) => Task.FromResult(state.State.Claims.GetValueOrDefault(number)?.By ?? "");

    private async Task<TaskView> Waiting(long number)
    {
        var task = await grains.GetGrain<IPoolGrain>(Pool).Get(number) ?? throw GranaryException.NotFound($"no task {Pool}/{number}; 'granary inbox' lists the work that waits for people");
        if (task.Spec.Terms?.Action?.Manual is null) throw GranaryException.Refused($"task {task.Id} is for no person; 'granary inbox' lists the work that is");
        return task.State.IsFinal() ? throw GranaryException.Refused($"task {task.Id} has ended ({task.State}); there is nothing left to do") : task;
    }

    private InboxItem Item(TaskView task) => state.State.Claims.TryGetValue(task.Id.Number, out var claim) ? new(task, claim.By, claim.At) : new(task);

    private static bool Concerns(InboxItem item, InboxQuery query)
    {
        var work = item.Task.Spec.Terms!.Action!.Manual!;
        return (query.Assignee.Length == 0 || ((work.Assignee.Length == 0 || work.Assignee == query.Assignee) && (item.ClaimedBy.Length == 0 || item.ClaimedBy == query.Assignee)))
            && (query.Role.Length == 0 || work.Role.Length == 0 || work.Role == query.Role);
    }

    private async Task TidyAsync()
    {
        if (state.State.Claims.Count < TidyAt) return;
        var live = (await grains.GetGrain<IPoolGrain>(Pool).GetMany([.. state.State.Claims.Keys])).Where(t => !t.State.IsFinal()).Select(t => t.Id.Number).ToHashSet();
        foreach (var number in state.State.Claims.Keys.Where(n => !live.Contains(n)).ToArray()) state.State.Claims.Remove(number);
    }
}
