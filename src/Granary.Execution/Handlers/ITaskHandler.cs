using Granary.Model;

namespace Granary.Execution.Handlers;

/// <summary>
/// Runs tasks inside the agent's process; registered by name (<see cref="TaskSpec.Handler"/>). It is one object for all tasks of its name, called for
/// several at a time.
/// </summary>
public interface ITaskHandler
{
    string Name { get; }

    /// <summary>True when it neither waits nor takes long: it then runs right where the assignment arrives. Not believed of plug-ins.</summary>
    bool IsInstant => false;

    /// <summary>Runs one attempt. An exception is a failure with its message.</summary>
    /// <param name="context">What to run, and where its output goes.</param>
    /// <param name="stop">Fires on cancel, preemption and at the time limit. Code in our own process cannot be killed: it has to listen.</param>
    ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop);
}

/// <param name="Code">0 for success.</param>
/// <param name="Message">One line; empty for success.</param>
public readonly record struct HandlerResult(int Code, string Message = "")
{
    public static HandlerResult Success => default;
}
