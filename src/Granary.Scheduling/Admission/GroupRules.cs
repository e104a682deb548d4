using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What a group's declaration must satisfy.</summary>
internal static class GroupRules
{
    public static void Check(GroupSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Path is null || !GroupPaths.IsValid(spec.Path)) throw GranaryException.Invalid($"group '{spec.Path}' is not valid; {GroupPaths.Rule}");
        if (!(spec.Weight >= 0 && spec.Weight <= AgentRules.LargestWeight))
            throw GranaryException.Invalid(FormattableString.Invariant($"group {spec.Path}: weight {spec.Weight} is not valid; use 0 for the sum of its members' weights, or up to 1000000"));
        ResourceRules.Check(spec.Guarantee, $"group {spec.Path}: guarantee");
        ResourceRules.Check(spec.Limit, $"group {spec.Path}: limit");
        GuaranteeRules.Check(spec.Guarantee, spec.Limit, $"group {spec.Path}");
    }
}
