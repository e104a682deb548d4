using Granary.Abstractions;
using Granary.Model;
using Granary.Profiling;
using Orleans;

namespace Granary.Grains.Energy;

/// <summary>Adds up what nodes and agents drew, from the nodes' telemetry.</summary>
internal sealed class EnergyAccounts(IGrainFactory grains, TimeProvider clock, ISeriesForecast forecast)
{
    private const string OfAgent = "agent.power/";
    private const string CpuOfAgent = "agent.cpu/";
    private static readonly string[] Metrics = ["power", OfAgent, CpuOfAgent];
    private const int Ahead = 30; // minutes
    private static readonly TimeSpan History = TimeSpan.FromHours(3);

    public async Task<EnergyReport> ReportAsync(EnergyQuery query)
    {
        var now = clock.GetUtcNow();
        var to = query.To ?? now;
        var from = query.From ?? to.AddHours(-1);
        if (to < from) throw GranaryException.Invalid("the end is before the beginning; give from before to");
        var names = (await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes()).Order(StringComparer.Ordinal).ToList();
        var answers = await Task.WhenAll(names.Select(n => NodeAsync(n, from, to, now)));
        var agents = new SortedDictionary<string, (double Joules, double Cpu)>(StringComparer.Ordinal);
        var past = new double[(int)History.TotalMinutes];
        Array.Fill(past, double.NaN);
        foreach (var answer in answers)
        {
            foreach (var agent in answer.Agents)
            {
                var before = agents.GetValueOrDefault(agent.Agent);
                agents[agent.Agent] = (before.Joules + agent.Joules, before.Cpu + agent.CpuSeconds);
            }
            for (var i = 0; i < past.Length && i < answer.Past.Count; i++)
                if (double.IsFinite(answer.Past[i])) past[i] = (double.IsFinite(past[i]) ? past[i] : 0) + answer.Past[i];
        }
        var nodes = answers.Select(a => a.Node).OfType<NodeEnergy>().ToList();
        var next = forecast.Predict(past, Ahead);
        return new(from, to, nodes, [.. agents.Select(a => new AgentEnergy(a.Key, a.Value.Joules, a.Value.Cpu))],
            nodes.Where(n => double.IsFinite(n.Watts)).Sum(n => n.Watts), nodes.Sum(n => n.Joules), Sum(next?.Values), Sum(next?.Lower), Sum(next?.Upper));

        static double Sum(IReadOnlyList<double>? watts) => watts?.Sum(w => Math.Max(0, w) * 60) ?? double.NaN;
    }

    private async Task<Answer> NodeAsync(string node, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var telemetry = grains.GetGrain<ITelemetryGrain>(node);
        var totals = (await telemetry.Totals(Metrics, from, to)).ToDictionary(t => t.Metric, StringComparer.Ordinal);
        if (!totals.TryGetValue("power", out var power)) return new(null, [], []);
        var agents = totals.Values.Where(t => t.Metric.StartsWith(OfAgent, StringComparison.Ordinal))
            .Select(t => new AgentEnergy(t.Metric[OfAgent.Length..], t.Sum, totals.GetValueOrDefault(CpuOfAgent + t.Metric[OfAgent.Length..])?.Sum ?? 0)).ToList();
        var latest = (await telemetry.Latest()).FirstOrDefault(v => v.Metric == "power");
        var current = latest is not null && now - latest.At < TimeSpan.FromMinutes(1) ? latest.Value : double.NaN;
        var series = await telemetry.Query(new("power", now - History + TimeSpan.FromMinutes(1), now, TimeSpan.FromMinutes(1)));
        return new(
            new(node, current, power.Sum, totals.GetValueOrDefault("power.idle")?.Sum ?? 0, agents.Sum(a => a.Joules), agents.Sum(a => a.CpuSeconds), power.Quality),
            agents, [.. series.Mean.Select(m => (double)m)]);
    }

    private sealed record Answer(NodeEnergy? Node, IReadOnlyList<AgentEnergy> Agents, IReadOnlyList<double> Past);
}
