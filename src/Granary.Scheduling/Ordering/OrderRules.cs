using Granary.Model;
using Granary.Scheduling.State;
using Granary.Scheduling.Strategies;

namespace Granary.Scheduling.Ordering;

/// <summary>
/// The strategies as keys over the same parts. Fair: class, unmet guarantees by how little of them is met, weighted dominant share. Priority:
/// class, then the head task's priority and number. Sla: class, deadlines first, then as fair. Fifo: number alone.
/// </summary>
/// <param name="custom">A plug-in's ordering in their place; null for none.</param>
internal sealed partial class OrderRules(PoolStrategy strategy, SchedulerOptions options, IQueueOrder? custom = null)
{
    /// <summary>So many aging steps are counted: years. A bound that a long wait could reach would let a stream of others starve it there.</summary>
    private const int HighestLevel = 1_000_000;

    private const long Promised = long.MinValue / 2;

    private readonly long _agingStep = Clock.ToMicros(options.AgingStep);

    /// <summary>Half-life of remembered use; 0 when none is remembered.</summary>
    public long HalfLife { get; set; }

    /// <summary>Siblings are ordered by virtual time rather than by shares.</summary>
    public bool ByVirtualTime { get; set; }

    public PoolStrategy Strategy { get; } = StrategyParts.Of(strategy).Order;

    private readonly IQueueOrder? _custom = custom;

    /// <summary>True when groups matter to the order; otherwise all agents stand beside each other.</summary>
    public bool Hierarchical => _custom is null && Strategy is not (PoolStrategy.Fifo or PoolStrategy.Priority or PoolStrategy.Sla);

    /// <summary>
    /// Where a task stands among its agent's: promised deadlines first, earliest first (not where priority alone decides); then priority, one unit of which is worth one aging
    /// step of waiting, so that the order of two tasks never changes and none waits for ever; then submission.
    /// </summary>
    public long SortKey(TaskEntry task)
    {
        var item = task.Item;
        if (_custom is not null && CustomKey(task) is { } key) return key;
        if (Strategy == PoolStrategy.Fifo) return item.Submitted;
        if (item.Deadline != 0 && Strategy != PoolStrategy.Priority) return Promised + item.Deadline;
        return item.Submitted - item.Spec.Priority * _agingStep;
    }

    public OrderKey KeyOf(AgentEntry agent, in ShareBasis pool, long now)
    {
        var head = ((ShapeQueue)agent.Order.First).Tasks.First;
        if (_custom is not null && CustomRank(agent, head, pool, now) is { } rank) return rank;
        if (Strategy == PoolStrategy.Fifo) return new OrderKey(0, 0, 0, head.Number, 0);
        var level = LevelOf(agent, now);
        if (Strategy == PoolStrategy.Priority) return new OrderKey(level, -head.Item.Spec.Priority, 0, head.Number, 0);
        if (Strategy == PoolStrategy.Sla && head.Item.Deadline != 0) return new OrderKey(level, -1, head.Item.Deadline, head.Number, 0);
        return Standing(agent, head.Item.Shape.VectorRef, level, pool, now);
    }

    /// <summary>
    /// A group stands where its first member stands in class. It goes before others while its guarantee, or its first member's, is not met;
    /// else its own share counts.
    /// </summary>
    public OrderKey KeyOf(GroupEntry group, in ShareBasis pool, long now)
    {
        var first = group.Children.First.Key;
        if (first.Tier == 1 || group.HasGuarantee)
        {
            var own = Standing(group, HeadOf(group), first.Level, pool, now);
            return first.Tier == 1 || OrderKey.Compare(own, first) < 0 ? own : first;
        }
        return first;
    }

    /// <summary>A guarantee that is not met yet, by how little of it is; else the weighted share. A guarantee serves only who asks for what is guaranteed.</summary>
    private OrderKey Standing(OrderNode node, in ResourceVector head, int level, in ShareBasis pool, long now)
    {
        if (node.HasGuarantee && !ResourceVector.Min(head, node.Guaranteed).IsZero)
        {
            var met = node.Used.DominantShare(node.GuaranteeBasis, head);
            if (met < 1) return new OrderKey(level, 0, met, 0, 0);
        }
        return new OrderKey(level, 1, ByVirtualTime ? node.Served : WeightedShare(node, pool, now), 0, 0);
    }

    private static ref readonly ResourceVector HeadOf(GroupEntry group)
    {
        OrderItem first = group;
        while (first is GroupEntry below) first = below.Children.First;
        return ref ((ShapeQueue)((AgentEntry)first).Order.First).Shape.VectorRef;
    }

    /// <summary>Dominant share, with what is remembered of the past beside it, over the effective weight.</summary>
    public double WeightedShare(OrderNode node, in ShareBasis pool, long now)
    {
        var share = node.Counted.DominantShare(pool);
        if (HalfLife > 0) share += node.Past.Value(now, HalfLife);
        return share / node.EffectiveWeight;
    }

    /// <summary>The agent's class, one higher for each aging step that it has waited since it was last given something.</summary>
    public int LevelOf(AgentEntry agent, long now) =>
        (int)agent.Spec.Class + (int)Math.Clamp((now - agent.WaitingSince) / _agingStep, 0, HighestLevel);

    /// <summary>When the agent will next rise; <see cref="long.MaxValue"/> when it cannot.</summary>
    public long NextRise(AgentEntry agent, long now)
    {
        var steps = Math.Max(0, (now - agent.WaitingSince) / _agingStep);
        return steps >= HighestLevel || Strategy == PoolStrategy.Fifo ? long.MaxValue : agent.WaitingSince + (steps + 1) * _agingStep;
    }
}
