using Granary.Model;

namespace Granary.Grains.Directory;

/// <summary>What an agent may be declared as.</summary>
internal static class AgentRules
{
    public const double LargestWeight = 1_000_000;

    public static void Check(AgentSpec agent)
    {
        if (!Names.IsValid(agent.Id)) throw GranaryException.Invalid($"'{agent.Id}' is no agent id; use {Names.Rule}");
        if (!(agent.Weight > 0 && agent.Weight <= LargestWeight))
            throw GranaryException.Invalid($"agent {agent.Id}: weight {agent.Weight} must be over 0 and at most {LargestWeight:F0}");
        if (agent.Group.Length > 0 && !agent.Group.Split('/').All(Names.IsValid))
            throw GranaryException.Invalid($"agent {agent.Id}: group '{agent.Group}' must be names parted by '/'; a name is {Names.Rule}");
        if (agent.Terms?.Rate?.Problem() is { } problem) throw GranaryException.Invalid($"agent {agent.Id}: {problem}");
        foreach (var (name, limit) in agent.Limit.Named())
            if (agent.Guarantee.Named().FirstOrDefault(g => g.Name == name).Amount > limit)
                throw GranaryException.Invalid($"agent {agent.Id}: guarantee of {name} is above its limit {Quantity.Format(name, limit)}; lower the one or raise the other");
    }
}
