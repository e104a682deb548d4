using Granary.Model;

namespace Granary.Storage;

/// <summary>The columns of a finished task, in the order in which they are written and read.</summary>
internal static class TaskColumns
{
    public const string All = "id, agent, name, state, reason, priority, node, attempt, idx, submitted, started, finished, deadline, "
        + "cause, exit_code, signal, exit_message, peak_memory_kib, cpu_us, wall_us, token, labels, after, spec";

    public const string Parameters = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

    /// <summary>The value of <see cref="TaskState.Succeeded"/>, as the schema's partial index has it.</summary>
    public const int Succeeded = (int)TaskState.Succeeded;
}
