using Orleans;

namespace Granary.Abstractions;

/// <summary>A token as people see it, without anything that opens a door.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TokenView")]
public sealed record TokenView
{
    /// <summary><c>t1</c>, <c>t2</c>, ...; never given twice.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>What it is for, in its maker's words; may be empty.</summary>
    [Id(1)] public string Name { get; init; } = "";

    [Id(2)] public required Role Role { get; init; }

    /// <summary>For <see cref="Role.AgentOwner"/>: whose tasks it is for.</summary>
    [Id(3)] public IReadOnlyList<string> Agents { get; init; } = [];

    [Id(4)] public DateTimeOffset Created { get; init; }

    /// <summary>Null for never.</summary>
    [Id(5)] public DateTimeOffset? Expires { get; init; }

    /// <summary>To the minute; null for not yet.</summary>
    [Id(6)] public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Until when the secret before the last rotation still opens; null when it does not.</summary>
    [Id(7)] public DateTimeOffset? OldSecretUntil { get; init; }

    /// <summary>For <see cref="Role.Node"/>: what the machine may be called, with <c>*</c> for any characters; empty for anything.</summary>
    [Id(8)] public IReadOnlyList<string> Nodes { get; init; } = [];
}

/// <param name="Role">Not <see cref="Role.None"/>.</param>
/// <param name="Hash">Of the secret that the caller made up (<see cref="TokenSecret.Hash"/>).</param>
/// <param name="Name">Up to 63 characters; may be empty.</param>
/// <param name="Agents">At least one for <see cref="Role.AgentOwner"/>, none for others.</param>
/// <param name="ExpiresIn">Null for never.</param>
/// <param name="Nodes">For <see cref="Role.Node"/>: names that the machine may have, with <c>*</c> for any characters; null or empty for any.</param>
[GenerateSerializer, Immutable, Alias("Granary.TokenRequest")]
public sealed record TokenRequest(
    [property: Id(0)] Role Role,
    [property: Id(1)] byte[] Hash,
    [property: Id(2)] string Name = "",
    [property: Id(3)] IReadOnlyList<string>? Agents = null,
    [property: Id(4)] TimeSpan? ExpiresIn = null,
    [property: Id(5)] IReadOnlyList<string>? Nodes = null);

/// <param name="Version">Of the page that the server has; 0 for none.</param>
/// <param name="LastUsed">By token id: used at that server since it last said so.</param>
[GenerateSerializer, Immutable, Alias("Granary.TokenUses")]
public sealed record TokenUses(
    [property: Id(0)] long Version,
    [property: Id(1)] IReadOnlyDictionary<string, DateTimeOffset> LastUsed);

/// <param name="Version">Grows with every change.</param>
/// <param name="Keys">Null where the server has this version already.</param>
[GenerateSerializer, Immutable, Alias("Granary.TokenPage")]
public sealed record TokenPage(
    [property: Id(0)] long Version,
    [property: Id(1)] IReadOnlyList<TokenKey>? Keys);

/// <summary>One secret that opens, by its hash.</summary>
/// <param name="Id">The token's.</param>
/// <param name="Hash">SHA-256 of the secret.</param>
/// <param name="Until">When it no longer opens; null for never.</param>
/// <param name="Nodes">Names that a machine with it may have; null or empty for any.</param>
[GenerateSerializer, Immutable, Alias("Granary.TokenKey")]
public sealed record TokenKey(
    [property: Id(0)] string Id,
    [property: Id(1)] Role Role,
    [property: Id(2)] IReadOnlyList<string> Agents,
    [property: Id(3)] byte[] Hash,
    [property: Id(4)] DateTimeOffset? Until,
    [property: Id(5)] IReadOnlyList<string>? Nodes = null);
