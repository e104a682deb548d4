using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Tasks;

/// <summary>Work of people: what one of them says ends the task where it runs.</summary>
public sealed partial class TaskGrain
{
    private const int LongestNote = 1000;

    private static readonly TimeSpan SeeEndWithin = TimeSpan.FromSeconds(5);

    public async Task<CompletionReply> Complete(Completion completion)
    {
        var task = await Status();
        if (task.Spec.Terms?.Action?.Manual is not { } work)
            throw GranaryException.Refused($"task {task.Id} is for no person: only a task with 'manual' is completed; 'granary cancel {task.Id}' stops one");
        if (task.State.IsFinal()) return new CompletionReply(task, false);
        Check(completion, work, task);
        var claimed = await grains.GetGrain<IInboxGrain>(Id.Pool).Holder(Id.Number);
        if (claimed.Length > 0 && claimed != completion.By)
            throw GranaryException.Refused($"task {task.Id} is claimed by {claimed}; 'granary claim --release {task.Id}' gives it back to everybody");
        var output = ManualRules.Answer(work, completion.Output, completion.Fields, completion.Failed);
        var message = $"{(completion.Failed ? "failed" : "done")} by {completion.By}{(completion.Note.Length > 0 ? ": " + completion.Note.ReplaceLineEndings(" ") : "")}";
        var lease = new Lease(task.Id, task.Node, task.Attempt, task.Token);
        return await grains.GetGrain<INodeGrain>(task.Node).Complete(new CompleteLease(lease, completion.Failed ? 1 : 0, output, message)) switch
        {
            LeaseCompletion.Done => new CompletionReply(await Wait(SeeEndWithin), true),
            LeaseCompletion.Ended => new CompletionReply(await Wait(SeeEndWithin), false),
            LeaseCompletion.NotWritten => throw GranaryException.Unavailable($"node {task.Node} could not write what was said of {task.Id}: its disk may be full; make room there and say it again"),
            _ => throw GranaryException.Unavailable($"node {task.Node} does not hold task {task.Id} now; see 'granary task {task.Id}' and say it again when it runs"),
        };
    }

    private static void Check(Completion completion, ManualWork work, TaskView task)
    {
        if (!Names.IsValid(completion.By)) throw GranaryException.Invalid($"who completes it is '{(completion.By.Length > 60 ? completion.By[..60] : completion.By)}'; a name is {Names.Rule}");
        if (completion.Note.Length > LongestNote) throw GranaryException.Invalid($"the note has {completion.Note.Length} characters; use up to {LongestNote}, or output for more");
        if (task.State != TaskState.Running)
            throw GranaryException.Refused($"task {task.Id} is {task.State} and cannot be completed before it runs; 'granary explain {task.Id}' says what it waits for");
        if (work.Assignee.Length > 0 && work.Assignee != completion.By)
            throw GranaryException.Refused($"task {task.Id} is for {work.Assignee}, not for {completion.By}");
    }
}
