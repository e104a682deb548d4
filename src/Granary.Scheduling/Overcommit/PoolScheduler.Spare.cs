using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Who may rest on room beyond a node's own: nobody who is owed what he asks for, and nobody whom stopping would cost more than himself.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>The task may start on a node that has room for it, whoever else has it only because others do not use what they hold.</summary>
    private static bool MayRest(TaskEntry task, NodeEntry node) => node.Measured is null
        || task.Item.Shape.VectorRef.FitsIn(node.FirmFor(task.Item.Agent)) || !MustBeFirm(task);

    /// <summary>
    /// The task only starts where it fits the node itself: it is within a guarantee, is never preempted, has a deadline to keep, starts with others, or
    /// asks for what is not overcommitted.
    /// </summary>
    private static bool MustBeFirm(TaskEntry task)
    {
        var item = task.Item;
        return item.Gang is not null || item.Deadline != 0
            || item.Spec.Terms is { NeverPreempted: true } || item.Agent.Spec.Terms is { NeverPreempted: true }
            || !item.Shape.VectorRef.With(0, 0).With(1, 0).IsZero || IsGuaranteed(task);
    }

    /// <summary>Its agent, or a group above, stays within its guarantee with it.</summary>
    private static bool IsGuaranteed(TaskEntry task)
    {
        ref readonly var request = ref task.Item.Shape.VectorRef;
        for (OrderNode? owner = task.Item.Agent; owner is not null; owner = owner.Parent)
        {
            if (!owner.HasGuarantee) continue;
            var use = owner.EffectiveUse;
            if (task.Claim is not null) use -= request; // it counts as held already
            if (ReclaimRule.Owes(owner.Guarantee, use, request)) return true;
        }
        return false;
    }

    private static bool HasGuarantee(AgentEntry agent)
    {
        for (OrderNode? owner = agent; owner is not null; owner = owner.Parent)
            if (owner.HasGuarantee) return true;
        return false;
    }

    /// <summary>A lease is about to begin: it is a spare one where it does not fit beside those that are not.</summary>
    private void BeginMeasured(TaskEntry task, NodeEntry node)
    {
        if (HasGuarantee(task.Item.Agent)) task.Item.Agent.Recheck = true; // the next of its tasks may be beyond its guarantee, and rest where this did not
        if (!task.Item.Shape.VectorRef.FitsIn(node.FirmFor(task.Item.Agent))) AddSpare(task, node);
    }

    private void AddSpare(TaskEntry task, NodeEntry node)
    {
        task.Spare = true;
        node.Measured!.Spare += task.Item.Shape.VectorRef;
        node.Measured.SpareLeases++;
        _spareLeases++;
    }

    /// <summary>A lease is about to end: what it held and did not use was given to others.</summary>
    private void EndMeasured(TaskEntry task, NodeEntry node)
    {
        var measured = node.Measured!;
        if (task.Spare)
        {
            task.Spare = false;
            measured.Spare -= task.Item.Shape.VectorRef;
            measured.SpareLeases--;
            _spareLeases--;
        }
        measured.Extra = ExtraOf(node, without: task);
        if (!Overcommit.IsOn && measured.SpareLeases == 0) node.Measured = null;
    }
}
