namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>One operation of a thread: what it is called and what it is given.</summary>
internal readonly record struct Call(string Name, long Argument = 0)
{
    public override string ToString() => Argument == 0 ? Name : $"{Name}({Argument})";
}

/// <summary>What a store is allowed to wait for before others see it.</summary>
public enum MemoryModel
{
    /// <summary>Every store is seen at once.</summary>
    Sequential,

    /// <summary>
    /// Stores wait in their thread's buffer: plain ones leave it in any order but for those to one cell, a release only after all before it, and atomic operations and
    /// fences wait until it is empty. That is a little weaker than x86 (Owens, Sarkar and Sewell, 2009) and weaker in stores only than what .NET promises: loads are not reordered.
    /// </summary>
    StoreBuffers,

    /// <summary>
    /// <see cref="StoreBuffers"/>, and a load may answer what its cell held at any moment since the last acquire, fence or atomic operation of its thread, though
    /// none before its operation began, and none older than a load of the same cell has seen. A load is never satisfied after a later store, as ARM's may be.
    /// </summary>
    LateLoads,
}

/// <summary>A small case: what threads do with one object, and what the object would answer if they did it one after the other.</summary>
internal sealed class Scenario
{
    public required MemoryModel Memory { get; init; }

    /// <summary>Carries out an operation on the object, which was made before and reaches its memory by <see cref="CheckedAtomics"/> alone.</summary>
    public required Func<Call, long> Run { get; init; }

    /// <summary>The same operation on a plain list: the sequential object.</summary>
    public required Func<List<long>, Call, long> Model { get; init; }

    /// <summary>Done before the threads start.</summary>
    public Call[] Before { get; init; } = [];

    public required Call[][] Threads { get; init; }

    /// <summary>Done after they have ended.</summary>
    public Call[] After { get; init; } = [];
}

/// <summary>What an exploration found.</summary>
/// <param name="States">Different states reached.</param>
/// <param name="Histories">Different outcomes: results, and which operation had ended before which began.</param>
/// <param name="Failure">The first outcome that no order explains, with the steps that lead to it; null when every one is explained.</param>
internal sealed record Exploration(int States, int Histories, string? Failure);
