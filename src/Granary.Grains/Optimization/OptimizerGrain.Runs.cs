using System.Diagnostics;
using System.Security.Cryptography;
using Granary.Abstractions;
using Granary.Model;
using Granary.Optimization.Live;
using Granary.Optimization.Path;
using Granary.Optimization.Plans;

namespace Granary.Grains.Optimization;

/// <summary>Runs that somebody asks for: a front to choose from.</summary>
public sealed partial class OptimizerGrain
{
    private const int RunsKept = 8;
    private const int MostPlans = 50;

    private readonly Queue<OptimizationReport> _runs = [];

    public async Task<OptimizationReport> Optimize(OptimizeRequest request)
    {
        if (request.Preferences.Problem() is { } problem) throw GranaryException.Invalid(problem);
        if (request.Plans is < 1 or > MostPlans) throw GranaryException.Invalid($"{request.Plans} plans were asked for; 1 to {MostPlans} can be shown");
        if (!options.Value.Enabled) throw GranaryException.NotFound("nothing is planned here: Optimization:Enabled is false");
        var pool = grains.GetGrain<IPoolGrain>(_name);
        var (capacity, shares) = ((await pool.Describe()).Capacity.CpuMilli / 1000.0, await pool.Shares());
        var preferences = new PlanPreferences(request.Preferences.Latency, request.Preferences.Throughput, request.Preferences.Utilisation, request.Preferences.Fairness);
        var report = new OptimizationReport(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), _name, clock.GetUtcNow(), capacity, "none", request.Preferences,
            null, [], [], 0, 0, [], false, capacity > 0 ? "no agent has wanted anything lately" : "no node of the pool is ready", [], Applied(state.State));
        if (_history.Situation(capacity, _rounds) is not { } situation) return report;
        var (decision, measured) = await InTurnAsync<(PathDecision, (PlanFront Front, TimeSpan Took)?)>(() =>
        {
            var decided = _path.Decide(situation with { Preferences = preferences });
            return (decided, decided.Front is null ? Measured(situation) : null);
        });
        if ((decision.Front ?? measured?.Front) is not { } front) return report;
        var specs = shares.ToDictionary(s => s.Agent, s => s.Spec, StringComparer.Ordinal);
        var menu = PlanMenu.Of(front, preferences, request.Plans);
        var weights = situation.Agents.Select(a => a.Weight).ToArray();
        report = report with
        {
            Basis = decision.Front is null ? "measured" : "forecast",
            Recommended = Invariant($"{menu.TakeWhile(e => !e.Marks.Contains(PlanMenu.Names[0])).Count() + 1}"),
            Front = [.. menu.Select((e, i) => Option(Invariant($"{i + 1}"), e))],
            Rules = [Rule("max-min", decision.Classical), Rule("by-weight", [.. weights.Select(w => capacity * w / weights.Sum())]), .. decision.Candidate is { } path ? [Rule("path", path)] : Array.Empty<PlanOption>()],
            Found = front.Plans.Count,
            Hypervolume = front.Hypervolume,
            Progress = [.. front.Progress.Select(p => new FrontProgress(p.Generation, p.Hypervolume, p.Plans))],
            Advised = decision.FromPath,
            Reason = decision.Reason,
            Stages = [.. decision.Stages.Select(s => Stage(s, measured?.Took))],
        };
        _runs.Enqueue(report);
        if (_runs.Count > RunsKept) _runs.Dequeue();
        return report;

        PlanOption Rule(string name, double[] allocation)
        {
            var plan = front.Judge(allocation);
            return Option(name, new MenuEntry(plan, [], front.Score(plan.Objectives, preferences)));
        }

        PlanOption Option(string name, MenuEntry entry)
        {
            var set = PlanWeights.Of([.. situation.Agents.Select((a, i) => (specs.GetValueOrDefault(a.Id)?.Group ?? "", a.Weight, entry.Plan.Allocation[i]))]);
            var does = entry.Plan.Objectives;
            return new(name, entry.Marks, does.Latency, 1 - does.Loss, 1 - does.Idle, 1 - does.Unfairness, entry.Score,
                [.. situation.Agents.Select((a, i) => new PlanOptionShare(a.Id, entry.Plan.Allocation[i], set[i]))]);
        }
    }

    /// <summary>A front for the load as it is known so far, where the path did not come to one.</summary>
    private static (PlanFront Front, TimeSpan Took) Measured(PathSituation situation)
    {
        var began = Stopwatch.GetTimestamp();
        var front = AllocationPlanner.Search(new AllocationProblem(situation.Agents, situation.Capacity), situation.Seed, FrontStage.Defaults);
        return (front, Stopwatch.GetElapsedTime(began));
    }

    private static PathStage Stage(StageReport stage, TimeSpan? measured) => measured is { } took && stage.Stage == "front"
        ? new(stage.Stage, "done", "for the load as measured: there is no forecast yet", took.TotalMilliseconds)
        : new(stage.Stage, Word(stage.Status), stage.Reason, stage.Took.TotalMilliseconds);

    /// <summary>Heavy work off the grain's turns, one piece at a time: it shares the trial.</summary>
    private async Task<T> InTurnAsync<T>(Func<T> work)
    {
        await _heavy.WaitAsync();
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _heavy.Release();
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
