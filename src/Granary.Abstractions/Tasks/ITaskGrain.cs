using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>One task's face (key: <c>pool/number</c>). Holds nothing: it reads what the pool committed.</summary>
[Alias("Granary.ITaskGrain")]
public interface ITaskGrain : IGrainWithStringKey
{
    /// <exception cref="GranaryException">NotFound when the pool never had it.</exception>
    [Alias("Status"), AlwaysInterleave]
    Task<TaskView> Status();

    /// <summary>The task once it has ended, or as it is after <paramref name="maxWait"/>.</summary>
    [Alias("Wait"), AlwaysInterleave]
    Task<TaskView> Wait(TimeSpan maxWait);

    /// <summary>False when it had ended already.</summary>
    [Alias("Cancel"), AlwaysInterleave]
    Task<bool> Cancel(string reason);

    /// <summary>Ends a task that is for a person. A task that has ended is answered as it ended, whoever says what.</summary>
    /// <exception cref="GranaryException">Invalid where the form is not filled in; Refused where the task is for no person, or for another one; Unavailable where its node does not answer.</exception>
    [Alias("Complete")]
    Task<CompletionReply> Complete(Completion completion);

    [Alias("Explain"), AlwaysInterleave]
    Task<TaskExplanation> Explain();

    [Alias("ReadLog"), AlwaysInterleave]
    Task<LogChunk> ReadLog(bool standardError, long offset, int maxBytes);

    /// <summary>A question about profiles of this task, answered by its node's agent. Whatever task the question names, this one is meant.</summary>
    /// <exception cref="GranaryException">Refused when it does not run and is to be profiled.</exception>
    [Alias("Profile"), AlwaysInterleave]
    Task<ProfileAnswer> Profile(ProfileQuestion question);
}
