using System.Collections.Frozen;
using Granary.Abstractions;

namespace Granary.Access.Tokens;

/// <summary>Who calls, as far as it matters to what it may do.</summary>
/// <param name="Id">The token's id, which is no secret; <c>file</c> for the token of the data directory, <c>task:POOL/NUMBER#ATTEMPT</c> for one that a task was given, <c>local</c> for who came without one on loopback.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Agents">For <see cref="Role.AgentOwner"/>: for whom.</param>
/// <param name="Nodes">For <see cref="Role.Node"/>: what the machine may be called (<see cref="NodeNames"/>); empty for anything.</param>
public sealed record Caller(string Id, Role Role, FrozenSet<string> Agents, IReadOnlyList<string> Nodes)
{
    /// <summary>The bearer of the token in the server's data directory, and the server itself.</summary>
    public static Caller File { get; } = new("file", Role.Admin, [], []);

    /// <summary>Somebody on this machine, where no token is asked for.</summary>
    public static Caller Local { get; } = new("local", Role.Admin, [], []);

    /// <summary>Of the secret that it showed; null where there was none to show.</summary>
    internal byte[]? Hash { get; init; }

    /// <summary>For tokens that say so themselves (<see cref="TaskTokens"/>): when they are over.</summary>
    internal DateTimeOffset? Until { get; init; }

    public bool Owns(string agent) => Agents.Contains(agent);

    /// <summary>Whether a machine that shows this token may be the node.</summary>
    public bool MayBe(string node) => Nodes.Count == 0 || NodeNames.Match(Nodes, node);

    public override string ToString() => this switch
    {
        { Role: Role.AgentOwner } => $"token {Id} (agent-owner of {string.Join(", ", Agents.Order(StringComparer.Ordinal))})",
        { Role: Role.Node, Nodes.Count: > 0 } => $"token {Id} (node {string.Join(", ", Nodes)})",
        _ => $"token {Id} ({RoleWords.Of(Role)})",
    };
}
