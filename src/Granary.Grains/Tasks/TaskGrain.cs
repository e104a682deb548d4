using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Grains.Tasks;

/// <summary>One task's face. Holds nothing: every answer is what its pool committed.</summary>
public sealed partial class TaskGrain(IGrainFactory grains, TimeProvider clock) : Grain, ITaskGrain
{
    private TaskId Id => TaskId.TryParse(this.GetPrimaryKeyString(), out var id)
        ? id
        : throw GranaryException.Invalid($"'{this.GetPrimaryKeyString()}' is no task id; write pool/number, for example default/12");

    private IPoolGrain Pool => grains.GetGrain<IPoolGrain>(Id.Pool);

    public async Task<TaskView> Status() => await Pool.Get(Id.Number) ?? throw NotFound();

    public async Task<TaskView> Wait(TimeSpan maxWait)
    {
        var until = clock.GetUtcNow() + maxWait;
        var cursor = (await Pool.Watch(0, TimeSpan.Zero)).Cursor;
        while (true)
        {
            var task = await Status();
            var left = until - clock.GetUtcNow();
            if (task.State.IsFinal() || left <= TimeSpan.Zero) return task;
            ChangeBatch changes;
            do
            {
                changes = await Pool.Watch(cursor, left);
                cursor = changes.Cursor;
                left = until - clock.GetUtcNow();
            }
            while (!changes.Gap && left > TimeSpan.Zero && !changes.Changes.Any(c => c.Id == task.Id));
        }
    }

    public async Task<bool> Cancel(string reason)
    {
        var reply = await Pool.Cancel(new CancelRequest([Id.Number], reason));
        return reply.NotFound.Count == 0 ? reply.Accepted.Count > 0 : throw NotFound();
    }

    public Task<TaskExplanation> Explain() => Pool.Explain(Id.Number);

    public async Task<LogChunk> ReadLog(bool standardError, long offset, int maxBytes)
    {
        if (maxBytes is < 1 or > 1 << 20) throw GranaryException.Invalid($"a piece of output has 1 to {1 << 20} bytes, not {maxBytes}");
        var task = await Status();
        return task.Node.Length == 0
            ? new LogChunk(0, [], 0, false)
            : await grains.GetGrain<INodeGrain>(task.Node).ReadLog(new LogRequest(task.Id, standardError, offset, maxBytes));
    }

    public async Task<ProfileAnswer> Profile(ProfileQuestion question)
    {
        var task = await Status();
        if (task.Node.Length == 0 || (question.Start is not null && task.State != TaskState.Running))
            throw GranaryException.Refused($"task {task.Id} does not run ({task.State}): only what runs can be profiled");
        return await grains.GetGrain<INodeGrain>(task.Node).Profile(question with { Task = task.Id.ToString() });
    }

    private GranaryException NotFound() => GranaryException.NotFound($"no task {Id}; 'granary tasks --pool {Id.Pool}' lists those of its pool");
}
