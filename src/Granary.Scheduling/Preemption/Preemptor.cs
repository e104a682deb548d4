using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>The task that asks for room, with what a rule needs to know about the pool.</summary>
internal readonly record struct Preemptor(TaskEntry Task, long Key, ShareBasis Pool, long Now)
{
    public AgentEntry Agent => Task.Item.Agent;

    public ResourceVector Request => Task.Item.Shape.Vector;
}
