using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>A task that could be stopped, and what would be lost. Of a gang one member stands for all: it goes as a whole.</summary>
/// <param name="Task">The task, or one of the gang's members.</param>
/// <param name="Lost">What would be lost, of a gang by all its members.</param>
/// <param name="Here">How many of the gang's members hold room on the task's node.</param>
internal readonly record struct Candidate(TaskEntry Task, double Lost, int Here = 1)
{
    public AgentEntry Agent => Task.Item.Agent;

    /// <summary>How many tasks stop.</summary>
    public int Count => Task.Item.Gang?.Leased ?? 1;

    /// <summary>What its node gains.</summary>
    public ResourceVector Vector => Here == 1 ? Task.Item.Shape.Vector : ResourceTotals.Multiple(Task.Item.Shape.VectorRef, Here).Clamped();

    /// <summary>What its agent gives up.</summary>
    public ResourceVector Whole => VictimRule.Held(Task);

    public bool IsSameAs(Candidate other) =>
        ReferenceEquals(Task, other.Task) || (Task.Item.Gang is not null && ReferenceEquals(Task.Item, other.Task.Item));

    /// <summary>What a node gains when it stops.</summary>
    public ResourceVector On(NodeEntry node)
    {
        if (ReferenceEquals(node, Task.Node)) return Vector;
        if (Task.Item.Gang is null) return ResourceVector.Zero;
        var count = 0;
        foreach (var lease in node.Leases)
            if (ReferenceEquals(lease.Item, Task.Item)) count++;
        return ResourceTotals.Multiple(Task.Item.Shape.VectorRef, count).Clamped();
    }

    /// <summary>Within an agent: lowest priority first, then the fewest, then the least lost work, then the newest.</summary>
    public static int CompareWithinAgent(Candidate a, Candidate b)
    {
        var byPriority = a.Task.Item.Spec.Priority.CompareTo(b.Task.Item.Spec.Priority);
        if (byPriority != 0) return byPriority;
        var byCount = a.Count.CompareTo(b.Count);
        if (byCount != 0) return byCount;
        var byLost = a.Lost.CompareTo(b.Lost);
        return byLost != 0 ? byLost : b.Task.Number.CompareTo(a.Task.Number);
    }
}
