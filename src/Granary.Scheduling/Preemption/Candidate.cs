using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>A task that could be stopped, and what would be lost.</summary>
internal readonly record struct Candidate(TaskEntry Task, double Lost)
{
    public AgentEntry Agent => Task.Item.Agent;

    /// <summary>Within an agent: lowest priority first, then the least lost work, then the newest.</summary>
    public static int CompareWithinAgent(Candidate a, Candidate b)
    {
        var byPriority = a.Task.Item.Spec.Priority.CompareTo(b.Task.Item.Spec.Priority);
        if (byPriority != 0) return byPriority;
        var byLost = a.Lost.CompareTo(b.Lost);
        return byLost != 0 ? byLost : b.Task.Number.CompareTo(a.Task.Number);
    }
}
