using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

internal sealed class FakeTask(FakeCluster cluster, TaskId id) : ITaskGrain
{
    private FakePool? Pool => cluster.Pools.GetValueOrDefault(id.Pool);

    public Task<TaskView> Status()
    {
        cluster.Check();
        return Task.FromResult(Pool?.Tasks.ElementAtOrDefault((int)id.Number - 1) ?? throw GranaryException.NotFound($"no task {id}; granary tasks lists them"));
    }

    public async Task<TaskView> Wait(TimeSpan maxWait)
    {
        var change = Pool!.NextChange;
        var view = await Status();
        if (view.State.IsFinal()) return view;
        Pool.Watched.TrySetResult();
        await change;
        return await Status();
    }

    public async Task<bool> Cancel(string reason)
    {
        var view = await Status();
        if (view.State.IsFinal()) return false;
        Pool!.Change(id.Number, t => t with { State = t.State == TaskState.Running ? t.State : TaskState.Cancelled, Reason = reason, WaitReason = WaitReason.None });
        return true;
    }

    public async Task<CompletionReply> Complete(Completion completion)
    {
        var view = await Status();
        if (view.State.IsFinal()) return new(view, false);
        var work = view.Spec.Terms?.Action?.Manual ?? throw GranaryException.Refused($"task {id} is for no person");
        _ = ManualRules.Answer(work, completion.Output, completion.Fields, completion.Failed);
        Pool!.Change(id.Number, t => t with { State = completion.Failed ? TaskState.Failed : TaskState.Succeeded, Exit = new ExitInfo { Code = completion.Failed ? 1 : 0, Message = $"done by {completion.By}" } });
        return new(await Status(), true);
    }

    public async Task<TaskExplanation> Explain()
    {
        var view = await Status();
        return new(view, new(view.WaitReason, "needs cpu=2; largest free node n1 has cpu=1500m", "lower --cpu, or wait", 1), ["12:00:00 submitted"], null);
    }

    public Task<ProfileAnswer> Profile(ProfileQuestion question) => throw new NotSupportedException();

    public async Task<LogChunk> ReadLog(bool standardError, long offset, int maxBytes)
    {
        await Status();
        Pool!.LogReads++;
        if (Pool.LogHeld is { } held) await held;
        if (!Pool.Logs.TryGetValue((id.Number, standardError), out var data)) return new(0, [], 0, false);
        var from = (int)Math.Clamp(offset < 0 ? data.Length + offset : offset, 0, data.Length);
        return new(from, data[from..Math.Min(data.Length, from + maxBytes)], data.Length, true);
    }
}
