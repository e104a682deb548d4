using Granary.Abstractions;
using Granary.Access.Guarding;
using Granary.Access.Tokens;

namespace Granary.Access.Rules;

/// <summary>Who may call a grain method.</summary>
/// <param name="Roles">Beside admin.</param>
/// <param name="Owner">What keeps an agent-owner to its agents; null where the method shows and changes nothing of anybody's. Counts only where <paramref name="Roles"/> has owners.</param>
/// <param name="Node">What keeps a machine to the nodes that its token names; null where the method is about no node.</param>
public sealed record GrainRule(Roles Roles, Func<ScopedCall, Task>? Owner, Func<ScopedCall, Task>? Node)
{
    /// <summary>What is put around a call of this caller; null for nothing.</summary>
    public Func<ScopedCall, Task>? ScopeFor(Caller caller) => caller switch
    {
        { Role: Role.AgentOwner } => Owner,
        { Role: Role.Node, Nodes.Count: > 0 } => Node,
        _ => null,
    };
}
