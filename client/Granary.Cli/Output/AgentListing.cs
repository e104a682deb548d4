using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;

namespace Granary.Cli.Output;

/// <summary>Agents in every format; what they hold is summed over pools.</summary>
internal static class AgentListing
{
    public static Listing<AgentView> All { get; } = new(
        [
            new("ID", a => a.Spec.Id),
            new("GROUP", a => a.Spec.Group),
            new("CLASS", a => Words.Snake(a.Spec.Class)),
            new("WEIGHT", a => a.Spec.Weight.ToString("0.###", CultureInfo.InvariantCulture)),
            new("EFFECTIVE", Effective, Wide: true),
            new("GUARANTEE", a => a.Spec.Guarantee.IsZero ? "" : a.Spec.Guarantee.ToString()),
            new("LIMIT", a => a.Spec.Limit.IsZero ? "" : a.Spec.Limit.ToString()),
            new("RATE", a => a.Spec.Terms?.Rate?.RateText() ?? "", Wide: true),
            new("SHARE", a => Largest(a, s => s.DominantShare), Wide: true),
            new("FAIR", a => Largest(a, s => s.FairShare), Wide: true),
            new("QUEUED", a => Sum(a, s => s.Queued)),
            new("RUNNING", a => Sum(a, s => s.Running)),
            new("SUCCEEDED", a => Sum(a, s => s.Succeeded)),
            new("FAILED", a => Sum(a, s => s.Failed + s.Lost), Tone: a => a.Shares.Any(s => s.Failed + s.Lost > 0) ? Tone.Bad : Tone.Plain),
            new("DEADLINES", a => Deadlines(a), Wide: true),
        ],
        a => JsonSerializer.SerializeToNode(AgentJson.From(a.Spec, a.Shares), GranaryJson.Default.AgentJson),
        a => a.Spec.Id,
        "no agents; a fleet file declares them, or 'granary agent set ID --weight N'");

    /// <summary>Weights after feedback, of every pool that has another than was declared.</summary>
    private static string Effective(AgentView agent) => string.Join(",", agent.Shares.Where(s => s.EffectiveWeight != agent.Spec.Weight && s.EffectiveWeight > 0)
        .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Pool}={s.EffectiveWeight:0.###}")));

    private static string Sum(AgentView agent, Func<Model.AgentShare, long> count) =>
        agent.Shares.Sum(count).ToString(CultureInfo.InvariantCulture);

    private static string Largest(AgentView agent, Func<Model.AgentShare, double> share) =>
        agent.Shares.Count == 0 ? "" : (agent.Shares.Max(share) * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    private static string Deadlines(AgentView agent)
    {
        var kept = agent.Shares.Sum(s => s.DeadlinesKept);
        var all = kept + agent.Shares.Sum(s => s.DeadlinesMissed);
        return all == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{kept}/{all}");
    }
}
