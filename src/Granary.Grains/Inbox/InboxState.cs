using Orleans;

namespace Granary.Grains.Inbox;

/// <summary>Who has said to do which task of a pool.</summary>
[GenerateSerializer, Alias("Granary.InboxState")]
public sealed class InboxState
{
    /// <summary>By the task's number.</summary>
    [Id(0)] public Dictionary<long, InboxClaim> Claims { get; set; } = [];
}

[GenerateSerializer, Immutable, Alias("Granary.InboxClaim")]
public sealed record InboxClaim(
    [property: Id(0)] string By,
    [property: Id(1)] DateTimeOffset At);
