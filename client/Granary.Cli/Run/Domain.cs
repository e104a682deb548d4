using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>What an agent is counted under in progress and reports.</summary>
internal static class Domain
{
    /// <summary>Its label <c>domain</c>, else the first part of its group, else itself.</summary>
    public static string Of(AgentSpec agent)
    {
        if (agent.Labels is not null && agent.Labels.TryGetValue("domain", out var label) && label.Length > 0) return label;
        if (agent.Group.Length == 0) return agent.Id;
        var slash = agent.Group.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? agent.Group : agent.Group[..slash];
    }
}
