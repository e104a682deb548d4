using Orleans;

namespace Granary.Abstractions;

/// <summary>What the bearer of a token may do. Which call needs which role is one table (<c>Granary.Access.Rules</c>).</summary>
[GenerateSerializer]
public enum Role
{
    /// <summary>No role: may do nothing.</summary>
    None = 0,

    /// <summary>Everything, tokens included.</summary>
    Admin = 1,

    /// <summary>Runs the machines and shares: pools, agents, groups, nodes, reservations, everybody's tasks. No tokens.</summary>
    Operator = 2,

    /// <summary>Submits, sees and cancels tasks of the agents that the token names, reads their logs, and sees their quota.</summary>
    AgentOwner = 3,

    /// <summary>Sees everything but tokens, changes nothing.</summary>
    ReadOnly = 4,

    /// <summary>A machine that joins: takes what is placed on it and reports on it, and nothing else.</summary>
    Node = 5,
}
