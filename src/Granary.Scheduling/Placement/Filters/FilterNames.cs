namespace Granary.Scheduling.Placement.Filters;

/// <summary>Names of the filters that always hold, in the order in which they are asked.</summary>
public static class FilterNames
{
    /// <summary>The node takes tasks.</summary>
    public const string Ready = "ready";

    /// <summary>It has the labels that the task requires.</summary>
    public const string Labels = "labels";

    /// <summary>It has room; explanations name the resource it lacks.</summary>
    public const string Room = "room";

    /// <summary>Tasks that must be beside it are, and those that must not are not.</summary>
    public const string Neighbours = "neighbours";

    /// <summary>The run there costs no more than the task may.</summary>
    public const string Price = "price";

    /// <summary>It has room of its own, where the task may not rest on what others only happen not to use.</summary>
    public const string Overcommit = "overcommit";

    /// <summary>One of its GPUs has the memory that the task asks for, beside the share of it.</summary>
    public const string GpuMemory = "gpu_memory";

    /// <summary>No reservation is in the way.</summary>
    public const string Reservations = "reservations";
}
