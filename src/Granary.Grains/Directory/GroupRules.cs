using Granary.Model;

namespace Granary.Grains.Directory;

/// <summary>What groups may be declared as, beside those that are there.</summary>
internal static class GroupRules
{
    /// <param name="groups">To be declared or changed.</param>
    /// <param name="agents">To be declared or changed with them.</param>
    /// <param name="state">What is there.</param>
    /// <exception cref="GranaryException">Invalid, naming the group and what would be right.</exception>
    public static void Check(IReadOnlyList<GroupSpec> groups, IReadOnlyList<AgentSpec> agents, DirectoryState state)
    {
        foreach (var group in groups)
        {
            if (!GroupPaths.IsValid(group.Path)) throw GranaryException.Invalid($"'{group.Path}' is no group; {GroupPaths.Rule}");
            if (!(group.Weight >= 0 && group.Weight <= AgentRules.LargestWeight))
                throw GranaryException.Invalid($"group {group.Path}: weight {group.Weight} must be 0, for the sum of its members' weights, or up to {AgentRules.LargestWeight:F0}");
            foreach (var (name, limit) in group.Limit.Named())
                if (group.Guarantee.AmountOf(name) > limit)
                    throw GranaryException.Invalid($"group {group.Path}: guarantee of {name} is above its limit {Quantity.Format(name, limit)}; lower the one or raise the other");
        }
        var all = state.Groups.Values.Where(g => groups.All(n => n.Path != g.Path)).Concat(groups).ToArray();
        if (all.All(g => g.Limit.IsZero)) return;
        var fresh = agents.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        var tree = new GuaranteeTree(all, state.Agents.Values.Where(a => !fresh.Contains(a.Id)).Concat(agents));
        foreach (var group in all)
            if (tree.Problem(group) is { } problem) throw GranaryException.Invalid(problem);
    }
}
