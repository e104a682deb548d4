using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

internal sealed class FakeDirectory(FakeCluster cluster) : IDirectoryGrain
{
    private readonly Dictionary<string, GroupSpec> _groups = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<string>> Pools() => Answer<IReadOnlyList<string>>(() => [.. cluster.Pools.Keys]);

    public Task<IReadOnlyList<AgentSpec>> Agents() => Answer<IReadOnlyList<AgentSpec>>(() => [.. cluster.Agents.Values]);

    public Task<AgentSpec?> Agent(string id) => Answer(() => cluster.Agents.GetValueOrDefault(id));

    public Task<IReadOnlyList<GroupSpec>> Groups() => Answer<IReadOnlyList<GroupSpec>>(() => [.. _groups.Values]);

    public Task<IReadOnlyList<string>> Nodes() => Answer<IReadOnlyList<string>>(() => [.. cluster.Nodes.Keys]);

    public Task<DirectoryNames> Names() => Answer(() =>
    {
        NamesAsked++;
        return new DirectoryNames(cluster.NamesVersion, [.. cluster.Pools.Keys.Order(StringComparer.Ordinal)], [.. cluster.Nodes.Keys.Order(StringComparer.Ordinal)]);
    });

    /// <summary>How often it was asked for names with their version.</summary>
    public int NamesAsked { get; private set; }

    public Task<IReadOnlyDictionary<string, string>> Cohorts() => throw new NotSupportedException();

    public Task<ApplyReply> Apply(ApplyRequest request) => Answer(() =>
    {
        var created = 0;
        foreach (var spec in request.Pools)
        {
            if (!cluster.Pools.ContainsKey(spec.Name)) created++;
            cluster.Declare(spec.Name).Spec = spec;
        }
        foreach (var spec in request.Agents)
        {
            if (!cluster.Agents.ContainsKey(spec.Id)) created++;
            cluster.Agents[spec.Id] = spec;
        }
        foreach (var spec in request.Groups ?? [])
        {
            if (!_groups.ContainsKey(spec.Path)) created++;
            _groups[spec.Path] = spec;
        }
        foreach (var spec in request.Nodes)
        {
            if (!cluster.Pools.ContainsKey(spec.Pool)) throw GranaryException.NotFound($"no pool is named '{spec.Pool}'");
            if (cluster.Nodes.TryGetValue(spec.Name, out var node)) node.View = node.View with { Spec = spec };
            else
            {
                created++;
                cluster.DeclareNode(spec, NodeState.Declared);
            }
        }
        return new ApplyReply(created, request.Pools.Count + request.Agents.Count + request.Nodes.Count - created, 0);
    });

    public Task AddPool(string pool) => throw new InvalidOperationException("REST declares by Apply");

    public Task AddAgents(IReadOnlyList<AgentSpec> agents) => throw new InvalidOperationException("REST declares by Apply");

    public Task AddNode(string node) => throw new InvalidOperationException("REST declares by Apply");

    private Task<T> Answer<T>(Func<T> answer)
    {
        cluster.Check();
        return Task.FromResult(answer());
    }
}
