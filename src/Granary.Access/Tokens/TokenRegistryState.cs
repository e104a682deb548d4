using Granary.Abstractions;
using Orleans;

namespace Granary.Access.Tokens;

/// <summary>What is kept of all tokens. It holds hashes and never a secret: who reads the database cannot come in with what is there.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TokenRegistryState")]
public sealed record TokenRegistryState
{
    /// <summary>Grows with every change that opens or closes something.</summary>
    [Id(0)] public long Version { get; init; } = 1;

    /// <summary>Of the last token made; numbers are not given again.</summary>
    [Id(1)] public long LastNumber { get; init; }

    /// <summary>In the order they were made.</summary>
    [Id(2)] public IReadOnlyList<TokenRecord> Tokens { get; init; } = [];
}

/// <summary>One token.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TokenRecord")]
public sealed record TokenRecord
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public string Name { get; init; } = "";
    [Id(2)] public Role Role { get; init; }
    [Id(3)] public IReadOnlyList<string> Agents { get; init; } = [];
    [Id(4)] public DateTimeOffset Created { get; init; }
    [Id(5)] public DateTimeOffset? Expires { get; init; }
    [Id(6)] public DateTimeOffset? LastUsed { get; init; }

    /// <summary>SHA-256 of the secret, hexadecimal.</summary>
    [Id(7)] public string Hash { get; init; } = "";

    /// <summary>Of the secret before the last rotation; empty for none.</summary>
    [Id(8)] public string OldHash { get; init; } = "";

    [Id(9)] public DateTimeOffset? OldUntil { get; init; }
    [Id(10)] public IReadOnlyList<string> Nodes { get; init; } = [];
}
