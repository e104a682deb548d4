using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What an agent's declaration must satisfy.</summary>
internal static class AgentRules
{
    public const double LargestWeight = 1_000_000;

    public static void Check(AgentSpec spec)
    {
        if (!Names.IsValid(spec.Id)) throw GranaryException.Invalid($"agent id '{spec.Id}' is not valid; use {Names.Rule}");
        if (!(spec.Weight > 0 && spec.Weight <= LargestWeight))
            throw GranaryException.Invalid(FormattableString.Invariant($"agent {spec.Id}: weight {spec.Weight} is not valid; use more than 0 and at most 1000000"));
        if (!Enum.IsDefined(spec.Class))
            throw GranaryException.Invalid($"agent {spec.Id}: class {(int)spec.Class} does not exist; use one of {string.Join(", ", Enum.GetNames<PriorityClass>())}");
        if (spec.Group.Length > 0 && !GroupPaths.IsValid(spec.Group))
            throw GranaryException.Invalid($"agent {spec.Id}: group '{spec.Group}' is not valid; {GroupPaths.Rule}");
        if (spec.Terms?.Rate?.Problem() is { } problem) throw GranaryException.Invalid($"agent {spec.Id}: {problem}");
        ResourceRules.Check(spec.Guarantee, $"agent {spec.Id}: guarantee");
        ResourceRules.Check(spec.Limit, $"agent {spec.Id}: limit");
        GuaranteeRules.Check(spec.Guarantee, spec.Limit, $"agent {spec.Id}");
    }
}
