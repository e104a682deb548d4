using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What an agent's declaration must satisfy.</summary>
internal static class AgentRules
{
    public const double LargestWeight = 1_000_000;

    /// <summary>Groups nest at most this deep.</summary>
    public const int DeepestGroup = 8;

    public static void Check(AgentSpec spec)
    {
        if (!Names.IsValid(spec.Id)) throw GranaryException.Invalid($"agent id '{spec.Id}' is not valid; use {Names.Rule}");
        if (!(spec.Weight > 0 && spec.Weight <= LargestWeight))
            throw GranaryException.Invalid(FormattableString.Invariant($"agent {spec.Id}: weight {spec.Weight} is not valid; use more than 0 and at most 1000000"));
        if (!Enum.IsDefined(spec.Class))
            throw GranaryException.Invalid($"agent {spec.Id}: class {(int)spec.Class} does not exist; use one of {string.Join(", ", Enum.GetNames<PriorityClass>())}");
        if (spec.Group.Length > 0)
        {
            var parts = spec.Group.Split('/');
            if (parts.Length > DeepestGroup || !parts.All(Names.IsValid))
                throw GranaryException.Invalid($"agent {spec.Id}: group '{spec.Group}' is not valid; write up to {DeepestGroup} names with '/' between, each {Names.Rule}");
        }
        ResourceRules.Check(spec.Guarantee, $"agent {spec.Id}: guarantee");
        ResourceRules.Check(spec.Limit, $"agent {spec.Id}: limit");
        foreach (var (name, amount) in spec.Guarantee.Named())
        {
            var limit = spec.Limit.Named().FirstOrDefault(l => l.Name == name).Amount;
            if (limit > 0 && limit < amount)
                throw GranaryException.Invalid($"agent {spec.Id}: limit {name}={Quantity.Format(name, limit)} is below its guarantee {name}={Quantity.Format(name, amount)}; raise the limit or lower the guarantee");
        }
    }
}
