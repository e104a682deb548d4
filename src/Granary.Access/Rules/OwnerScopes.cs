using Granary.Abstractions;
using Granary.Access.Guarding;
using Granary.Model;

namespace Granary.Access.Rules;

/// <summary>
/// What keeps an agent-owner to its agents: what names somebody else's agent or task is refused, and lists are cut down to its own. Groups are nobody's own, and
/// come empty. Whether a task exists that belongs to somebody else is no secret: its number is in the pool's sequence.
/// </summary>
internal static class OwnerScopes
{
    public static Task AgentInArgument(ScopedCall call) => For(call, call.Argument<string>(0));

    public static Task AgentInKey(ScopedCall call) => For(call, call.Key);

    public static Task Submission(ScopedCall call)
    {
        foreach (var item in call.Argument<SubmitBatch>(0).Items) call.RequireAgent(item.Spec.Agent);
        return call.Invoke();
    }

    public static Task Supposition(ScopedCall call) => For(call, call.Argument<SubmitItem>(0).Spec.Agent);

    public static Task Agents(ScopedCall call) => call.Filter<AgentSpec>(a => a.Id);

    public static Task Shares(ScopedCall call) => call.Filter<AgentShare>(s => s.Agent);

    public static Task Reservations(ScopedCall call) => call.Filter<ReservationView>(r => r.Spec.Agent);

    public static Task TasksInResult(ScopedCall call) => call.Filter<TaskView>(t => t.Spec.Agent);

    public static Task NoGroups(ScopedCall call)
    {
        call.Result = Array.Empty<GroupSpec>();
        return Task.CompletedTask;
    }

    public static Task NoGroupShares(ScopedCall call)
    {
        call.Result = Array.Empty<GroupShare>();
        return Task.CompletedTask;
    }

    public static async Task Listing(ScopedCall call)
    {
        var query = call.Argument<TaskQuery>(0);
        if (query.Agent.Length > 0) call.RequireAgent(query.Agent);
        else if (call.Caller.Agents.Count == 1) call.SetArgument(0, query with { Agent = call.Caller.Agents.Single() });
        await call.Invoke();
        if (call.Result is TaskPage page) call.Result = page with { Tasks = [.. page.Tasks.Where(t => call.Caller.Owns(t.Spec.Agent))] };
    }

    public static Task Inbox(ScopedCall call) => call.Filter<InboxItem>(i => i.Task.Spec.Agent);

    /// <summary>A task by its number, of the pool that the grain is for.</summary>
    public static async Task TaskOfPool(ScopedCall call)
    {
        if (await call.Pool(call.Key).Get(call.Argument<long>(0)) is { } task) call.RequireTask(task);
        await call.Invoke();
    }

    public static async Task Changes(ScopedCall call)
    {
        await call.Invoke();
        if (call.Result is ChangeBatch batch) call.Result = batch with { Changes = [.. batch.Changes.Where(c => call.Caller.Owns(c.Agent))] };
    }

    public static async Task TaskInArgument(ScopedCall call)
    {
        var number = call.Argument<long>(0);
        if (await call.Pool().Get(number) is { } task) call.RequireTask(task);
        await call.Invoke();
    }

    public static async Task Cancellation(ScopedCall call)
    {
        foreach (var task in await call.Pool().GetMany(call.Argument<CancelRequest>(0).Numbers)) call.RequireTask(task);
        await call.Invoke();
    }

    public static async Task TaskInKey(ScopedCall call)
    {
        if (TaskId.TryParse(call.Key, out var id) && await call.Pool(id.Pool).Get(id.Number) is { } task) call.RequireTask(task);
        await call.Invoke();
    }

    /// <summary>Repeating it shows the work there is under that key, which must be the caller's own too.</summary>
    public static async Task NewWork(ScopedCall call)
    {
        var spec = call.Argument<WorkSpec>(0);
        call.RequireAgent(spec.Agent);
        foreach (var stage in spec.Stages) call.RequireAgent(stage.Task.Agent);
        await call.Invoke();
        if (call.Result is WorkView view) call.RequireAgent(view.Agent);
    }

    public static async Task WorkInKey(ScopedCall call)
    {
        call.RequireAgent((await call.Work().Monitor()).Agent);
        await call.Invoke();
    }

    public static Task NewService(ScopedCall call) => For(call, call.Argument<ServiceRequest>(0).Spec.Agent);

    public static async Task ServiceInKey(ScopedCall call)
    {
        call.RequireAgent((await call.Service().Get()).Spec.Agent);
        await call.Invoke();
    }

    /// <summary>What is shared may be looked at: who calls it has to know what it takes.</summary>
    public static async Task ServiceInResult(ScopedCall call)
    {
        await call.Invoke();
        if (call.Result is ServiceView { Spec.Shared: false } view) call.RequireAgent(view.Spec.Agent);
    }

    public static async Task StandingOfService(ScopedCall call)
    {
        var spec = (await call.Service(call.Key).Get()).Spec;
        if (!spec.Shared) call.RequireAgent(spec.Agent);
        await call.Invoke();
    }

    public static Task ServiceListing(ScopedCall call) => call.Filter<ServiceEntry>(s => s.Agent);

    public static Task WorkListing(ScopedCall call) => call.Filter<WorkEntry>(w => w.Agent);

    private static Task For(ScopedCall call, string agent)
    {
        call.RequireAgent(agent);
        return call.Invoke();
    }
}
