using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Optimization;

/// <summary>Plans that somebody applies, as agents' weights, and the way back. What was there before is durable before anything is changed.</summary>
public sealed partial class OptimizerGrain
{
    public async Task<AppliedWeights> Apply(string run, string plan)
    {
        var report = _runs.FirstOrDefault(r => r.Run == run)
            ?? throw GranaryException.NotFound($"run '{Clip(run)}' of pool {_name} is not remembered (the last {RunsKept} are, until the server restarts); optimize again");
        var option = report.Front.Concat(report.Rules).FirstOrDefault(o => o.Plan == plan) ?? report.Front.FirstOrDefault(o => o.Marks.Contains(plan, StringComparer.Ordinal))
            ?? throw GranaryException.NotFound($"run {run} has no plan '{Clip(plan)}'; it has {string.Join(", ", report.Front.Concat(report.Rules).Select(o => o.Plan))}, and recommended, knee and the like");
        var specs = await SpecsAsync([.. option.Shares.Select(s => s.Agent)]);
        var undo = state.State.Undo.ToDictionary(w => w.Agent, StringComparer.Ordinal);
        List<AgentSpec> changed = [];
        foreach (var share in option.Shares)
        {
            if (!specs.TryGetValue(share.Agent, out var spec)) continue; // gone since the run
            var known = undo.GetValueOrDefault(share.Agent);
            if (spec.Weight != share.Weight) changed.Add(spec with { Weight = share.Weight });
            else if (known is null) continue;
            // what a plan set before goes back to where it was before that; what somebody else set since, to that
            undo[share.Agent] = new(share.Agent, known is not null && known.After == spec.Weight ? known.Before : spec.Weight, share.Weight);
        }
        (state.State.Run, state.State.Plan, state.State.AppliedAt) = (run, option.Plan, clock.GetUtcNow());
        state.State.Undo = [.. undo.Values.OrderBy(w => w.Agent, StringComparer.Ordinal)];
        await state.WriteOrReadAgainAsync();
        if (changed.Count > 0) await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddAgents(changed);
        LogApplied(log, _name, option.Plan, run, changed.Count);
        return Applied(state.State)!;
    }

    public Task<AppliedWeights?> Applied() => Task.FromResult(Applied(state.State));

    public async Task<AppliedWeights?> Undo()
    {
        if (Applied(state.State) is not { } applied) return null;
        var specs = await SpecsAsync([.. applied.Weights.Select(w => w.Agent)]);
        var outcome = applied.Weights.Select(w => w with { Note = Left(w, specs.GetValueOrDefault(w.Agent)) }).ToArray();
        var back = outcome.Where(w => w.Note.Length == 0 && w.Before != w.After).Select(w => specs[w.Agent] with { Weight = w.Before }).ToArray();
        if (back.Length > 0) await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddAgents(back);
        (state.State.Run, state.State.Plan, state.State.AppliedAt, state.State.Undo) = ("", "", null, []);
        await state.WriteOrReadAgainAsync();
        LogUndone(log, _name, back.Length);
        return applied with { Weights = outcome };
    }

    private static string Left(AppliedWeight set, AgentSpec? now) => now is null ? "the agent is gone"
        : now.Weight == set.After || now.Weight == set.Before ? "" : FormattableString.Invariant($"somebody set it to {now.Weight} since; left as it is");

    private static AppliedWeights? Applied(OptimizerState kept) => kept.AppliedAt is { } at ? new(kept.Run, kept.Plan, at, kept.Undo) : null;

    /// <summary>As they are declared; an agent that only ever submitted is known to the pool alone.</summary>
    private async Task<Dictionary<string, AgentSpec>> SpecsAsync(HashSet<string> agents)
    {
        var declared = (await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Agents()).Where(a => agents.Contains(a.Id));
        var specs = declared.ToDictionary(a => a.Id, StringComparer.Ordinal);
        foreach (var share in await grains.GetGrain<IPoolGrain>(_name).Shares())
            if (agents.Contains(share.Agent)) specs.TryAdd(share.Agent, share.Spec);
        return specs;
    }

    private static string Clip(string text) => text.Length <= 40 ? text : text[..40] + "...";

    [Microsoft.Extensions.Logging.LoggerMessage(2, Microsoft.Extensions.Logging.LogLevel.Information, "pool {Pool}: plan {Plan} of run {Run} was applied; {Agents} agents' weights changed")]
    private static partial void LogApplied(Microsoft.Extensions.Logging.ILogger logger, string pool, string plan, string run, int agents);

    [Microsoft.Extensions.Logging.LoggerMessage(3, Microsoft.Extensions.Logging.LogLevel.Information, "pool {Pool}: the plan in force was undone; {Agents} agents' weights were put back")]
    private static partial void LogUndone(Microsoft.Extensions.Logging.ILogger logger, string pool, int agents);
}
