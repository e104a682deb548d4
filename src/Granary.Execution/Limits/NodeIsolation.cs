using Granary.Model;

namespace Granary.Execution;

/// <summary>
/// A node's defaults for what tasks' processes are kept to. For each word the task's own goes first, then that of its class, then that of its
/// agent's priority class, then the node's.
/// </summary>
public sealed record NodeIsolation
{
    /// <summary>Nothing for anybody.</summary>
    public static NodeIsolation None { get; } = new();

    /// <summary>Agents of the class <c>low</c> run as SCHED_BATCH at nice 10 and go last among best-effort disk requests; nothing for the others.</summary>
    public static NodeIsolation Default { get; } = new()
    {
        ByPriority = new Dictionary<PriorityClass, TaskIsolation>
        {
            [PriorityClass.Low] = new() { Policy = SchedulingPolicy.Batch, Nice = 10, IoPriority = 7 },
        },
    };

    /// <summary>For every task; null for nothing.</summary>
    public TaskIsolation? ForAll { get; init; }

    /// <summary>By the priority class of the task's agent.</summary>
    public IReadOnlyDictionary<PriorityClass, TaskIsolation> ByPriority { get; init; } = new Dictionary<PriorityClass, TaskIsolation>();

    /// <summary>By the task's class, or its name where it has none.</summary>
    public IReadOnlyDictionary<string, TaskIsolation> ByClass { get; init; } = new Dictionary<string, TaskIsolation>();

    /// <summary>What one attempt is kept to; null for nothing.</summary>
    public TaskIsolation? For(Assignment assignment)
    {
        var (spec, result) = (assignment.Spec, ForAll);
        if (ByPriority.GetValueOrDefault(assignment.Class) is { } byPriority) result = byPriority.Over(result);
        if (ByClass.Count > 0 && ByClass.GetValueOrDefault(spec.Terms?.Class is { Length: > 0 } own ? own : spec.Name) is { } byClass) result = byClass.Over(result);
        return spec.Terms?.Isolation?.Over(result) ?? result;
    }
}
