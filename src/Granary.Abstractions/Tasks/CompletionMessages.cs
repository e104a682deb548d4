using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>What a person says of work that was for them.</summary>
/// <param name="By">Who completes it; as they call themselves.</param>
/// <param name="Failed">It could not be done, or the answer is no.</param>
/// <param name="Output">Becomes the task's output; free text.</param>
/// <param name="Fields">The form's, by name; null for none.</param>
/// <param name="Note">One line for whoever looks at the task; empty for none.</param>
[GenerateSerializer, Immutable, Alias("Granary.Completion")]
public sealed record Completion(
    [property: Id(0)] string By,
    [property: Id(1)] bool Failed = false,
    [property: Id(2)] string Output = "",
    [property: Id(3)] IReadOnlyDictionary<string, string>? Fields = null,
    [property: Id(4)] string Note = "");

/// <summary>What became of a completion: the first one's, however often it is said.</summary>
/// <param name="Task">The task as it ended, or runs on until its end is durable.</param>
/// <param name="First">False when it had been completed, or had ended, before.</param>
[GenerateSerializer, Immutable, Alias("Granary.CompletionReply")]
public sealed record CompletionReply(
    [property: Id(0)] TaskView Task,
    [property: Id(1)] bool First);

/// <summary>To a node's agent: end a lease that a person works on.</summary>
/// <param name="Code">0 for success.</param>
/// <param name="Output">Checked against the task's form.</param>
/// <param name="Message">One line: by whom, and their note.</param>
[GenerateSerializer, Immutable, Alias("Granary.CompleteLease")]
public sealed record CompleteLease(
    [property: Id(0)] Lease Lease,
    [property: Id(1)] int Code,
    [property: Id(2)] string Output,
    [property: Id(3)] string Message);

/// <summary>An agent's answer to <see cref="CompleteLease"/>.</summary>
[GenerateSerializer]
public enum LeaseCompletion
{
    /// <summary>It has ended so; durable at the agent, which reports it.</summary>
    Done,
    /// <summary>It had ended before.</summary>
    Ended,
    /// <summary>The agent does not hold it, or no person works on it.</summary>
    NotHere,
    /// <summary>The output could not be written: the disk is full, say.</summary>
    NotWritten,
}

/// <summary>Work that waits for a person.</summary>
/// <param name="Task">Running.</param>
/// <param name="ClaimedBy">Who has said to do it; empty for nobody.</param>
/// <param name="ClaimedAt">When; null for never.</param>
[GenerateSerializer, Immutable, Alias("Granary.InboxItem")]
public sealed record InboxItem(
    [property: Id(0)] TaskView Task,
    [property: Id(1)] string ClaimedBy = "",
    [property: Id(2)] DateTimeOffset? ClaimedAt = null);

/// <summary>Which work to list. Empty fields do not filter.</summary>
/// <param name="Assignee">For them, or for anybody; claimed by nobody else.</param>
/// <param name="Agent">Whose tasks.</param>
/// <param name="Role">For that role, or for any.</param>
[GenerateSerializer, Immutable, Alias("Granary.InboxQuery")]
public sealed record InboxQuery(
    [property: Id(0)] string Assignee = "",
    [property: Id(1)] string Agent = "",
    [property: Id(2)] string Role = "");
