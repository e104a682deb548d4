using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>
/// From agents of no higher class that are beyond their guarantees, by one of the two rules of <see cref="FairnessPreemption"/>. In a tree
/// the shares compared are those of the two branches below where the agents' paths part.
/// </summary>
internal sealed class FairnessRule(bool atOrBelowFinal, OrderTree order) : VictimRule(PreemptionKind.Fairness)
{
    public override bool ByShare => true;

    public override bool MayAsk(in Preemptor preemptor) => true;

    public override bool MayLose(in Preemptor preemptor, AgentEntry agent) => !ReferenceEquals(agent, preemptor.Agent)
        && agent.Spec.Class <= preemptor.Agent.Spec.Class
        && OverShare.IsBelow(AskingShare(preemptor, agent), ShareOf(preemptor, agent, agent.EffectiveUse))
        && OverShare.Of(agent.EffectiveUse, agent.Guarantee, preemptor.Pool, agent.Weight) > 0;

    public override bool MayTake(in Preemptor preemptor, TaskEntry task, in ResourceTotals use)
    {
        var agent = task.Item.Agent;
        if (task.Settled || IsCovered(agent, use, task.Item.Shape.Vector) || OverShare.Of(use, agent.Guarantee, preemptor.Pool, agent.Weight) <= 0) return false;
        var asking = AskingShare(preemptor, agent);
        return atOrBelowFinal
            ? OverShare.IsAtMost(asking, ShareOf(preemptor, agent, use - Held(task)))
            : OverShare.IsBelow(asking, ShareOf(preemptor, agent, use));
    }

    public override double ShareOf(in Preemptor preemptor, AgentEntry agent, in ResourceTotals use)
    {
        var branch = Branch(agent, preemptor.Agent);
        // What was taken from the agent was taken from every group above it.
        var held = branch.EffectiveUse + branch.Elsewhere - agent.EffectiveUse + use;
        return OverShare.Of(held, branch.Guarantee, preemptor.Pool, branch.Weight);
    }

    /// <summary>The agent is within its guarantee in every resource that it names and the task holds.</summary>
    private static bool IsCovered(AgentEntry agent, in ResourceTotals use, in ResourceVector vector)
    {
        if (!agent.HasGuarantee) return false;
        var named = false;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (agent.Guarantee[lane] == 0 || vector[lane] <= 0) continue;
            if (use[lane] > agent.Guarantee[lane]) return false;
            named = true;
        }
        return named;
    }

    private double AskingShare(in Preemptor preemptor, AgentEntry agent)
    {
        var branch = Branch(preemptor.Agent, agent);
        return OverShare.Of(branch.EffectiveUse + branch.Elsewhere + preemptor.Request, branch.Guarantee, preemptor.Pool, branch.Weight);
    }

    /// <summary>The ancestor of <paramref name="of"/> (or itself) below where its path parts from <paramref name="from"/>'s.</summary>
    private OrderNode Branch(OrderNode of, OrderNode from)
    {
        if (!order.HasGroups || ReferenceEquals(of.Parent, from.Parent)) return of;
        for (var node = of; ; node = node.Parent!)
        {
            if (node.Parent is null) return of;
            for (var other = from.Parent; other is not null; other = other.Parent)
                if (ReferenceEquals(node.Parent, other)) return node;
        }
    }
}
