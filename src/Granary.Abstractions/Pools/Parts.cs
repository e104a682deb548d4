using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>What a part of a sharded pool says of itself to its front.</summary>
/// <param name="Shares">Its agents.</param>
/// <param name="Queued">Tasks that wait, for whatever reason; those on their way to another part are among them.</param>
/// <param name="Waiting">Of them, those that could run at once if there were room.</param>
/// <param name="Rooms">Ready nodes with room, those with most first, at most <see cref="MostRooms"/>.</param>
/// <param name="IsYielding">Tasks are on their way to another part.</param>
[GenerateSerializer, Immutable, Alias("Granary.PartStanding")]
public sealed record PartStanding(
    [property: Id(0)] IReadOnlyList<AgentShare> Shares,
    [property: Id(1)] int Queued,
    [property: Id(2)] int Waiting,
    [property: Id(3)] IReadOnlyList<NodeRoom> Rooms,
    [property: Id(4)] bool IsYielding)
{
    public const int MostRooms = 64;

    /// <summary>Ready nodes that nothing rests on: they could be in another part, at most <see cref="MostRooms"/>.</summary>
    [Id(5)] public IReadOnlyList<string> Idle { get; init; } = [];

    /// <summary>Nodes that it has let go of, with the number of the move.</summary>
    [Id(6)] public IReadOnlyDictionary<string, long> Released { get; init; } = new Dictionary<string, long>();
}

/// <summary>Where a task of another part would run.</summary>
/// <param name="Room">What is free there.</param>
/// <param name="Labels">Those of the node.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeRoom")]
public sealed record NodeRoom(
    [property: Id(0)] ResourceSet Room,
    [property: Id(1)] IReadOnlyDictionary<string, string>? Labels);

/// <summary>Asks a part for waiting tasks that another part is to have.</summary>
/// <param name="To">The other part.</param>
/// <param name="Most">At most so many; 0 only asks which are on their way already.</param>
/// <param name="Everything">The part has no nodes any more: also what waits for others, for a deadline or for its gang, all that hangs together at once.</param>
/// <param name="Rooms">Each task must fit in one of these.</param>
/// <param name="Except">Agents whose limit leaves no room in the other part.</param>
[GenerateSerializer, Immutable, Alias("Granary.YieldRequest")]
public sealed record YieldRequest(
    [property: Id(0)] int To,
    [property: Id(1)] int Most,
    [property: Id(2)] bool Everything,
    [property: Id(3)] IReadOnlyList<NodeRoom> Rooms,
    [property: Id(4)] IReadOnlyList<string> Except)
{
    /// <summary>Takes nothing more.</summary>
    public static YieldRequest Nothing { get; } = new(0, 0, false, [], []);
}

/// <summary>Tasks on their way from one part to another: they wait in neither until the other has them durably.</summary>
/// <param name="Ticket">Counts the departures of the part they leave; there is one at a time.</param>
/// <param name="To">The part that gets them.</param>
/// <param name="Runs">Their numbers: first, count, first, count and so on.</param>
/// <param name="Agents">Whose they are.</param>
/// <param name="Tasks">What the part knows of them, for the other part.</param>
[GenerateSerializer, Immutable, Alias("Granary.YieldedTasks")]
public sealed record YieldedTasks(
    [property: Id(0)] long Ticket,
    [property: Id(1)] int To,
    [property: Id(2)] IReadOnlyList<long> Runs,
    [property: Id(3)] IReadOnlyList<string> Agents,
    [property: Id(4)] byte[] Tasks);
