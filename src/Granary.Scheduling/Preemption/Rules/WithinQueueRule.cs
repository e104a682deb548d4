using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>An agent's own tasks of strictly lower priority, as far as they would stand behind the asking one if they waited.</summary>
internal sealed class WithinQueueRule(OrderTree order) : VictimRule(PreemptionKind.WithinQueue)
{
    public override bool FreesOwnLimit => true;

    public override bool MayAsk(in Preemptor preemptor) => preemptor.Task.Item.Spec.Priority > preemptor.Agent.LowestHeldPriority;

    public override bool MayLose(in Preemptor preemptor, AgentEntry agent) => ReferenceEquals(agent, preemptor.Agent);

    public override bool MayTake(in Preemptor preemptor, TaskEntry task, in ResourceTotals use) =>
        task.Item.Spec.Priority < preemptor.Task.Item.Spec.Priority && order.Rules.SortKey(task) > preemptor.Key;
}
