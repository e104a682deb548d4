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
        Shapes = shape.Bit;
    }

    public AgentEntry Agent { get; }

    public Shape Shape { get; }

    /// <summary>Live items that wait here; the queue goes with the last.</summary>
    public int Items { get; set; }

    public TaskHeap Tasks { get; } = new();

    /// <summary>Its place in <see cref="Shape.Queues"/>; -1 when nothing waits here.</summary>
    public int ShapeIndex { get; set; } = -1;

    /// <summary>Since when it has waited while no node had room; 0 when it has not been passed over.</summary>
    public long PassedSince { get; set; }

    /// <summary>It is in the starvation guard's queue.</summary>
    public bool Guarded { get; set; }

    public override string Name => "";
}
