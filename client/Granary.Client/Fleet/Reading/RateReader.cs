using Granary.Model;

namespace Granary.Client;

/// <summary>How fast an agent may submit: <c>rate: 100/s</c>, and <c>burst: 500</c> beside it.</summary>
internal static class RateReader
{
    public static AgentTerms? Read(Fields agent)
    {
        var line = agent.LineOf("burst");
        var burst = agent.Has("burst") ? agent.Int("burst", 1, 1, SubmitRate.LargestBurst) : (int?)null;
        if (agent.Take("rate") is not { } node)
        {
            if (burst is not null) agent.Problems.Add(line, "'burst' needs a 'rate' beside it, like 100/s");
            return null;
        }
        if (agent.Text(node, "rate") is not { } text) return null;
        if (SubmitRate.TryParseRate(text, out var perSecond))
            return new AgentTerms { Rate = new SubmitRate(perSecond, burst ?? SubmitRate.DefaultBurst(perSecond)) };
        agent.Problem(node, $"'{Quoting.Clip(text)}' is no rate; write tasks in a time, like 100/s, 90/m or 5000/h");
        return null;
    }
}
