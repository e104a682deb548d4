using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>One agent's waiting tasks of one shape.</summary>
internal sealed class ShapeQueue : OrderItem
{
    public ShapeQueue(AgentEntry agent, Shape shape)
    {
        Agent = agent;
        Shape = shape;
        Min = shape.Vector;
    }

    public AgentEntry Agent { get; }

    public Shape Shape { get; }

    /// <summary>Live items that wait here; the queue goes with the last.</summary>
    public int Items { get; set; }

    public TaskHeap Tasks { get; } = new();

    /// <summary>Since when it has waited while no node had room; 0 when it has not been passed over.</summary>
    public long PassedSince { get; set; }

    /// <summary>It is in the starvation guard's queue.</summary>
    public bool Guarded { get; set; }

    public override string Name => "";
}
