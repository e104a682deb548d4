namespace Granary.Model;

/// <summary>
/// What is guaranteed in every group of a tree: of each resource its own guarantee, or what its members are guaranteed together when that
/// is more. The same rules wherever groups are declared.
/// </summary>
public sealed class GuaranteeTree
{
    private readonly Dictionary<string, Dictionary<string, long>> _members = new(StringComparer.Ordinal);

    public GuaranteeTree(IEnumerable<GroupSpec> groups, IEnumerable<AgentSpec> agents)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(agents);
        var own = new Dictionary<string, ResourceSet>(StringComparer.Ordinal);
        foreach (var group in groups) own[group.Path] = group.Guarantee;
        foreach (var agent in agents) Add(agent.Group, agent.Guarantee.Named());
        // From the deepest up: each hands what is guaranteed in it to the group it is in.
        var paths = own.Keys.Concat(_members.Keys).SelectMany(Upward).Distinct(StringComparer.Ordinal);
        foreach (var path in paths.OrderByDescending(p => p.Count(c => c == '/')).ToArray())
        {
            var most = new Dictionary<string, long>(Of(path), StringComparer.Ordinal);
            foreach (var (name, amount) in own.GetValueOrDefault(path, ResourceSet.Zero).Named())
                most[name] = Math.Max(amount, most.GetValueOrDefault(name));
            Add(GroupPaths.Above(path), most.Select(m => (m.Key, m.Value)));
        }
    }

    /// <summary>What the members of a group are guaranteed together, by resource; of the whole for an empty path.</summary>
    public IReadOnlyDictionary<string, long> Of(string path) => _members.GetValueOrDefault(path) ?? [];

    /// <summary>A promise that the group's limit forbids, in words; null when there is none.</summary>
    public string? Problem(GroupSpec group)
    {
        ArgumentNullException.ThrowIfNull(group);
        foreach (var (name, limit) in group.Limit.Named())
            if (Of(group.Path).GetValueOrDefault(name) is var sum && sum > limit)
                return $"group {group.Path}: its members are guaranteed {name}={Quantity.Format(name, sum)} together, above its limit {name}={Quantity.Format(name, limit)}; raise the limit or lower their guarantees";
        return null;
    }

    private static IEnumerable<string> Upward(string path)
    {
        for (; path.Length > 0; path = GroupPaths.Above(path)) yield return path;
    }

    private void Add(string group, IEnumerable<(string Name, long Amount)> amounts)
    {
        if (!_members.TryGetValue(group, out var sums)) _members[group] = sums = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, amount) in amounts) sums[name] = sums.GetValueOrDefault(name) + amount;
    }
}
