using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>
/// For an agent, or one of a group, that stays within its guarantee with what it asks for: from agents of no higher class that hold more
/// than theirs in a resource that this guarantee names, as does every declared group between them. <paramref name="straddling"/>: also tasks so
/// large that stopping them takes the other below its guarantee; only looked at when there is no other way.
/// </summary>
internal sealed class ReclaimRule(bool straddling) : VictimRule(PreemptionKind.Reclaim)
{
    /// <summary>Whose guarantee is asked for: the agent, or the nearest group above it that is owed this.</summary>
    private OrderNode? _owner;

    public override bool MayAsk(in Preemptor preemptor)
    {
        for (_owner = preemptor.Agent; _owner is not null; _owner = _owner.Parent)
            if (_owner.HasGuarantee && Owes(_owner.Guarantee, _owner.EffectiveUse, preemptor.Request)) return true;
        return false;
    }

    public override bool MayLose(in Preemptor preemptor, AgentEntry agent) => !ReferenceEquals(agent, preemptor.Agent)
        && agent.Spec.Class <= preemptor.Agent.Spec.Class && !(_owner is GroupEntry group && agent.IsIn(group))
        && AllOver(preemptor, agent, agent.EffectiveUse, ResourceVector.Infinite);

    public override bool MayTake(in Preemptor preemptor, TaskEntry task, in ResourceTotals use) =>
        !task.Settled && AllOver(preemptor, task.Item.Agent, use, Held(task));

    /// <summary>A guarantee still holds a request beside what is used, in every resource that both name, and there is one.</summary>
    public static bool Owes(in ResourceTotals guarantee, in ResourceTotals used, in ResourceVector request)
    {
        var use = used + request;
        var named = false;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (guarantee[lane] == 0 || request[lane] == 0) continue;
            if (use[lane] > guarantee[lane]) return false;
            named = true;
        }
        return named;
    }

    /// <summary>The agent, and every group above it with a guarantee that does not hold the asking agent too, is beyond its guarantee.</summary>
    private bool AllOver(in Preemptor preemptor, AgentEntry agent, in ResourceTotals use, in ResourceVector vector)
    {
        for (OrderNode node = agent; node is not GroupEntry group || !preemptor.Agent.IsIn(group); node = node.Parent)
        {
            if (ReferenceEquals(node, agent) || node.HasGuarantee)
            {
                // What was taken from the agent was taken from every group above it.
                var held = node.EffectiveUse - agent.EffectiveUse + use;
                if (!IsOver(preemptor.Request, node, held, vector) || !(straddling || StaysAbove(node, held, vector))) return false;
            }
            if (node.Parent is null) break;
        }
        return true;
    }

    /// <summary>Beyond its guarantee in a resource that is asked for and guaranteed to the one who asks.</summary>
    private bool IsOver(in ResourceVector asked, OrderNode node, in ResourceTotals use, in ResourceVector vector)
    {
        var owed = _owner!.Guarantee;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (asked[lane] > 0 && owed[lane] > 0 && vector[lane] > 0 && use[lane] > node.Guarantee[lane]) return true;
        return false;
    }

    private static bool StaysAbove(OrderNode node, in ResourceTotals use, in ResourceVector vector)
    {
        if (!node.HasGuarantee || vector == ResourceVector.Infinite) return true;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (node.Guarantee[lane] > 0 && vector[lane] > 0 && use[lane] - vector[lane] < node.Guarantee[lane]) return false;
        return true;
    }
}
