using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>One agent (key: its id): what it is owed, the same in every pool, and what it has done.</summary>
[Alias("Granary.IAgentGrain")]
public interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>Creates the agent or replaces what it is owed; takes effect in every pool before it returns.</summary>
    [Alias("Set")]
    Task<AgentView> Set(AgentSpec spec);

    /// <summary>Null when it was never declared.</summary>
    [Alias("Get")]
    Task<AgentView?> Get();
}

/// <summary>An agent with its share of each pool where it is known.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentView")]
public sealed record AgentView(
    [property: Id(0)] AgentSpec Spec,
    [property: Id(1)] IReadOnlyList<AgentShare> Shares);
