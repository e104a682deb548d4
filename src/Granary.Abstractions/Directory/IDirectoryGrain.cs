using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>What exists (one grain, key <see cref="Key"/>): the names of pools, agents and nodes. Durable.</summary>
[Alias("Granary.IDirectoryGrain")]
public interface IDirectoryGrain : IGrainWithStringKey
{
    const string Key = "granary";

    /// <summary>Key of the stream of <see cref="CacheInvalidation"/> on which it tells that names changed; its one key is <see cref="Key"/>.</summary>
    const string Changes = "directory";

    [Alias("Pools"), AlwaysInterleave]
    Task<IReadOnlyList<string>> Pools();

    [Alias("Agents"), AlwaysInterleave]
    Task<IReadOnlyList<AgentSpec>> Agents();

    /// <summary>Null when it was never declared.</summary>
    [Alias("Agent"), AlwaysInterleave]
    Task<AgentSpec?> Agent(string id);

    /// <summary>Groups that were declared, by path.</summary>
    [Alias("Groups"), AlwaysInterleave]
    Task<IReadOnlyList<GroupSpec>> Groups();

    [Alias("Nodes"), AlwaysInterleave]
    Task<IReadOnlyList<string>> Nodes();

    /// <summary>Names of pools and nodes, for those who keep a copy and follow <see cref="Changes"/>.</summary>
    [Alias("Names"), AlwaysInterleave]
    Task<DirectoryNames> Names();

    /// <summary>The cohort of each pool that is in one.</summary>
    [Alias("Cohorts"), AlwaysInterleave]
    Task<IReadOnlyDictionary<string, string>> Cohorts();

    /// <summary>Declares pools, groups, agents and nodes in one go; existing ones are changed, none is removed.</summary>
    [Alias("Apply")]
    Task<ApplyReply> Apply(ApplyRequest request);

    [Alias("AddPool")]
    Task AddPool(string pool);

    [Alias("AddAgents")]
    Task AddAgents(IReadOnlyList<AgentSpec> agents);

    [Alias("AddNode")]
    Task AddNode(string node);
}

/// <param name="Version">Higher after each change.</param>
/// <param name="Pools">In ordinal order.</param>
/// <param name="Nodes">In ordinal order.</param>
[GenerateSerializer, Immutable, Alias("Granary.DirectoryNames")]
public sealed record DirectoryNames(
    [property: Id(0)] long Version,
    [property: Id(1)] IReadOnlyList<string> Pools,
    [property: Id(2)] IReadOnlyList<string> Nodes);

[GenerateSerializer, Immutable, Alias("Granary.ApplyRequest")]
public sealed record ApplyRequest(
    [property: Id(0)] IReadOnlyList<PoolSpec> Pools,
    [property: Id(1)] IReadOnlyList<AgentSpec> Agents,
    [property: Id(2)] IReadOnlyList<NodeSpec> Nodes,
    [property: Id(3)] IReadOnlyList<GroupSpec>? Groups = null);

[GenerateSerializer, Immutable, Alias("Granary.ApplyReply")]
public sealed record ApplyReply(
    [property: Id(0)] int Created,
    [property: Id(1)] int Changed,
    [property: Id(2)] int Unchanged);
