using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>Whom one kind of preemption may stop. Pure: it looks at what it is given.</summary>
internal abstract class VictimRule(PreemptionKind kind)
{
    public PreemptionKind Kind { get; } = kind;

    /// <summary>What its agent gives up when a task is stopped: of a gang all that its members hold.</summary>
    public static ResourceVector Held(TaskEntry task) => task.Item.Gang is { } gang
        ? ResourceTotals.Multiple(task.Item.Shape.VectorRef, gang.Leased).Clamped() : task.Item.Shape.Vector;

    /// <summary>The agent's own room under its limit grows with every victim, so a task at the limit may ask too.</summary>
    public virtual bool FreesOwnLimit => false;

    /// <summary>Whoever may ask is owed the room, whatever the order: a guarantee or a promise.</summary>
    public bool IsOwed => Kind is PreemptionKind.Reclaim or PreemptionKind.Emergency;

    /// <summary>True when those with the larger share lose first; otherwise those with the least lost work.</summary>
    public virtual bool ByShare => false;

    /// <summary>Whether the task may ask at all.</summary>
    public abstract bool MayAsk(in Preemptor preemptor);

    /// <summary>Whether an agent's tasks can be victims at all, as things stand.</summary>
    public abstract bool MayLose(in Preemptor preemptor, AgentEntry agent);

    /// <summary>Whether a task may be stopped when its agent holds <paramref name="use"/>, which is less what was taken from it before.</summary>
    public abstract bool MayTake(in Preemptor preemptor, TaskEntry task, in ResourceTotals use);

    /// <summary>The agent's share by which those with more lose first.</summary>
    public virtual double ShareOf(in Preemptor preemptor, AgentEntry agent, in ResourceTotals use) => 0;
}
