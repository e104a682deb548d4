using Orleans;

namespace Granary.Abstractions;

/// <summary>Something that a node's agent is asked about profiles: exactly one of the last three is set.</summary>
/// <param name="Task">The task that it is about, <c>pool/number</c>; empty for the node. A task's profile is read only through its task.</param>
/// <param name="Start">Take one.</param>
/// <param name="Read">A piece of one.</param>
/// <param name="List">What there is, of the task or of the whole node.</param>
[GenerateSerializer, Immutable, Alias("Granary.ProfileQuestion")]
public sealed record ProfileQuestion(
    [property: Id(0)] string Task,
    [property: Id(1)] ProfileOrder? Start = null,
    [property: Id(2)] ProfileRead? Read = null,
    [property: Id(3)] bool List = false);

/// <param name="Pid">A process of the node; 0 for the whole node, or for all processes of the task.</param>
/// <param name="For">100 ms to 10 minutes.</param>
/// <param name="Mode"><c>cpu</c>, <c>memory</c>, <c>io</c> or <c>all</c>.</param>
/// <param name="Token">Fencing token of the attempt that is meant; 0 for the one that runs. An older one is refused.</param>
[GenerateSerializer, Immutable, Alias("Granary.ProfileOrder")]
public sealed record ProfileOrder(
    [property: Id(0)] int Pid,
    [property: Id(1)] TimeSpan For,
    [property: Id(2)] string Mode,
    [property: Id(3)] long Token = 0);

/// <param name="Id">From <see cref="ProfileAnswer.Id"/>.</param>
/// <param name="MaxBytes">At most 1 MiB.</param>
/// <param name="MaxWait">How long to wait for the end of one that is being taken; at most 8 s.</param>
[GenerateSerializer, Immutable, Alias("Granary.ProfileRead")]
public sealed record ProfileRead(
    [property: Id(0)] string Id,
    [property: Id(1)] long Offset,
    [property: Id(2)] int MaxBytes,
    [property: Id(3)] TimeSpan MaxWait);

/// <summary>Where a profile stands.</summary>
[GenerateSerializer]
public enum ProfileState
{
    Running,
    Done,
    Failed,
}

/// <param name="Id">Of the profile; empty for a list.</param>
/// <param name="Error">In one line why it failed; else empty.</param>
/// <param name="Data">A piece of its file: JSON in speedscope's format, compressed by gzip.</param>
/// <param name="Length">Of the whole file in bytes.</param>
/// <param name="Items">For a list: newest first.</param>
[GenerateSerializer, Immutable, Alias("Granary.ProfileAnswer")]
public sealed record ProfileAnswer(
    [property: Id(0)] string Id,
    [property: Id(1)] ProfileState State,
    [property: Id(2)] string Error,
    [property: Id(3)] long Offset,
    [property: Id(4)] byte[] Data,
    [property: Id(5)] long Length,
    [property: Id(6)] IReadOnlyList<ProfileItem> Items)
{
    public static ProfileAnswer Failed(string id, string error) => new(id, ProfileState.Failed, error, 0, [], 0, []);
}

/// <summary>A profile that a node keeps.</summary>
/// <param name="Task">Empty where it is of the node or of a process.</param>
[GenerateSerializer, Immutable, Alias("Granary.ProfileItem")]
public sealed record ProfileItem(
    [property: Id(0)] string Id,
    [property: Id(1)] string Task,
    [property: Id(2)] DateTimeOffset Taken,
    [property: Id(3)] long Bytes);
