using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>
/// For an agent that stays within its guarantee with what it asks for, from agents of no higher class that hold more than theirs in a
/// resource that the guarantee names. <paramref name="straddling"/>: also tasks that are so large that stopping them takes the other below its
/// guarantee; only looked at when there is no other way.
/// </summary>
internal sealed class ReclaimRule(bool straddling) : VictimRule(PreemptionKind.Reclaim)
{
    public override string Reason => "its agent is below its guarantee";

    public override bool MayAsk(in Preemptor preemptor)
    {
        var agent = preemptor.Agent;
        if (!agent.HasGuarantee) return false;
        var (guarantee, use, request) = (agent.Guarantee, agent.EffectiveUse + preemptor.Request, preemptor.Request);
        var named = false;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (guarantee[lane] == 0 || request[lane] == 0) continue;
            if (use[lane] > guarantee[lane]) return false;
            named = true;
        }
        return named;
    }

    public override bool MayLose(in Preemptor preemptor, AgentEntry agent) => !ReferenceEquals(agent, preemptor.Agent)
        && agent.Spec.Class <= preemptor.Agent.Spec.Class && IsOver(preemptor, agent, agent.EffectiveUse, ResourceVector.Infinite);

    public override bool MayTake(in Preemptor preemptor, TaskEntry task, in ResourceTotals use)
    {
        var agent = task.Item.Agent;
        var vector = task.Item.Shape.Vector;
        return !task.Settled && IsOver(preemptor, agent, use, vector) && (straddling || StaysAbove(agent, use, vector));
    }

    /// <summary>Beyond its guarantee in a resource that is asked for and guaranteed to the one who asks.</summary>
    private static bool IsOver(in Preemptor preemptor, AgentEntry agent, in ResourceTotals use, in ResourceVector vector)
    {
        var (asked, owed) = (preemptor.Request, preemptor.Agent.Guarantee);
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (asked[lane] > 0 && owed[lane] > 0 && vector[lane] > 0 && use[lane] > agent.Guarantee[lane]) return true;
        return false;
    }

    private static bool StaysAbove(AgentEntry agent, in ResourceTotals use, in ResourceVector vector)
    {
        if (!agent.HasGuarantee) return true;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (agent.Guarantee[lane] > 0 && vector[lane] > 0 && use[lane] - vector[lane] < agent.Guarantee[lane]) return false;
        return true;
    }
}
