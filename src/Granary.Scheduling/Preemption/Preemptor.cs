using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>The task that asks for room, or the head of a gang that asks for all its members, with what a rule needs to know about the pool.</summary>
internal readonly record struct Preemptor(TaskEntry Task, long Key, ShareBasis Pool, long Now)
{
    public AgentEntry Agent => Task.Item.Agent;

    /// <summary>What it asks for, of a gang in sum.</summary>
    public ResourceVector Request => Task.Item.Shape.WholeRef;
}
