using Granary.Model;

namespace Granary.Execution.Handlers;

/// <summary>Runs tasks inside the agent's process; registered by name (<see cref="TaskSpec.Handler"/>).</summary>
public interface ITaskHandler
{
    string Name { get; }

    /// <summary>True when it neither waits nor takes long: it then runs right where the assignment arrives.</summary>
    bool IsInstant => false;

    /// <summary>Runs one attempt. An exception is a failure with its message.</summary>
    /// <param name="assignment">What to run.</param>
    /// <param name="stop">Fires on cancel, preemption and at the time limit. Code in our own process cannot be killed: it has to listen.</param>
    ValueTask<HandlerResult> Run(Assignment assignment, CancellationToken stop);
}

/// <param name="Code">0 for success.</param>
/// <param name="Message">One line; empty for success.</param>
public readonly record struct HandlerResult(int Code, string Message = "")
{
    public static HandlerResult Success => default;
}
