using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>For a promised deadline in danger: tasks of no higher class, and of any class where they have overrun their expected run time.</summary>
internal sealed class EmergencyRule() : VictimRule(PreemptionKind.Emergency)
{
    public override bool MayAsk(in Preemptor preemptor) => preemptor.Task.Item.Deadline > 0;

    public override bool MayLose(in Preemptor preemptor, AgentEntry agent) => true;

    public override bool MayTake(in Preemptor preemptor, TaskEntry task, in ResourceTotals use) =>
        task.Item.Agent.Spec.Class <= preemptor.Agent.Spec.Class || Overruns(task, preemptor.Now);

    private static bool Overruns(TaskEntry task, long now) => task.StartedAt != 0 && now > task.StartedAt + task.Item.Estimate;
}
