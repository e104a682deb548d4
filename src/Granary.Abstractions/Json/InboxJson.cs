using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>Work that waits for a person.</summary>
/// <param name="Id"><c>pool/number</c>.</param>
/// <param name="Agent">Whose task it is.</param>
/// <param name="Name">The task's; null for none.</param>
/// <param name="Instructions">What is to be done.</param>
/// <param name="Assignee">Who is to do it; null for anybody.</param>
/// <param name="Role">What somebody has to be to do it; null for anything.</param>
/// <param name="Form">Fields to fill in and what each takes; null for free text.</param>
/// <param name="ClaimedBy">Who has said to do it; null for nobody.</param>
/// <param name="ClaimedAt">When; null for never.</param>
/// <param name="Node">Where it holds its resources.</param>
/// <param name="Started">Since when it waits.</param>
/// <param name="Deadline">When it must be done; null for none.</param>
public sealed record InboxItemJson(string Id, string Agent, string? Name, string Instructions, string? Assignee, string? Role, IReadOnlyDictionary<string, string>? Form,
    string? ClaimedBy, DateTimeOffset? ClaimedAt, string? Node, DateTimeOffset? Started, DateTimeOffset? Deadline)
{
    public static InboxItemJson From(InboxItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var (task, work) = (item.Task, item.Task.Spec.Terms?.Action?.Manual ?? new ManualWork());
        return new(task.Id.ToString(), task.Spec.Agent, TaskJson.Absent(task.Spec.Name), work.Instructions, TaskJson.Absent(work.Assignee), TaskJson.Absent(work.Role), work.Form,
            TaskJson.Absent(item.ClaimedBy), item.ClaimedAt, TaskJson.Absent(task.Node), task.Started, task.Deadline);
    }
}

/// <summary>What became of a completion.</summary>
/// <param name="Task">The task as it ended; of a task that had ended before, as it ended then.</param>
/// <param name="First">False when it had ended before: what was sent changed nothing.</param>
public sealed record CompletionJson(TaskJson Task, bool First)
{
    public static CompletionJson From(CompletionReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return new(TaskJson.From(reply.Task), reply.First);
    }
}
