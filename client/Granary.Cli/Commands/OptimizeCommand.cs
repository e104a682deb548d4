using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>optimize [POOL]</c>: a front of plans to choose from; <c>--apply PLAN</c> sets agents' weights by one of them, <c>--undo</c> puts them back.</summary>
internal static class OptimizeCommand
{
    private const string Prefer = "--prefer";

    public static Command Create(CommandScope scope)
    {
        var pool = new Argument<string?>("pool") { Description = "which (default: default)", HelpName = "POOL", Arity = ArgumentArity.ZeroOrOne };
        var prefer = new Option<PlanPreference?>(Prefer) { Description = "what matters how much, of latency, throughput, utilisation and fairness (default: all alike)", HelpName = "latency=4,...", CustomParser = Preference };
        var plans = new Option<int>("--plans") { Description = "plans to choose from, 1 to 50", HelpName = "N", DefaultValueFactory = _ => 10 };
        var shares = new Option<bool>("--shares") { Description = "what each agent has under the recommended plan" };
        var stages = new Option<bool>("--stages") { Description = "how each stage of the path went" };
        var apply = new Option<string?>("--apply") { Description = "set agents' weights by this plan: recommended, knee, fairness..., or with --run its number", HelpName = "PLAN" };
        var run = new Option<string?>("--run") { Description = "with --apply: of this run (default: a new one)", HelpName = "RUN" };
        var applied = new Option<bool>("--applied") { Description = "the weights that plans set, and what they were" };
        var undo = new Option<bool>("--undo") { Description = "put back the weights from before" };
        var command = new Command("optimize", "plans for a pool's capacity to choose from; changes nothing without --apply") { pool, prefer, plans, shares, stages, apply, run, applied, undo };
        return scope.Does(command, (call, cancel) => call.Show(
            async () =>
            {
                if ((call.Get(applied) ? 1 : 0) + (call.Get(undo) ? 1 : 0) + (call.Has(apply) ? 1 : 0) > 1) throw GranaryException.Invalid("--apply, --applied and --undo are one at a time");
                if (call.Has(run) && !call.Has(apply)) throw GranaryException.Invalid("--run goes with --apply PLAN");
                if (call.Get(apply) is { } number && int.TryParse(number, out _) && !call.Has(run)) throw GranaryException.Invalid($"plan {number} of which run? write --run RUN, as the list named it; a new run numbers its plans anew");
                var (client, name) = (await call.Connect(cancel), call.Get(pool) ?? TaskId.DefaultPool);
                if (call.Get(applied) || call.Get(undo))
                {
                    var weights = call.Get(undo) ? await client.UndoPlanAsync(name, cancel) : await client.AppliedPlanAsync(name, cancel);
                    return Show(call, weights ?? throw GranaryException.NotFound($"no plan is in force in pool {name}; 'granary optimize {name} --apply recommended' puts one"), call.Get(undo) ? "put back" : "in force");
                }
                if (call.Get(run) is { } known) return Show(call, await client.ApplyPlanAsync(known, call.Get(apply)!, name, cancel), "applied");
                var report = await client.OptimizeAsync(name, call.Get(prefer), call.Get(plans), cancel);
                if (call.Get(apply) is not { } plan) return Show(call, report, call.Get(shares), call.Get(stages));
                if (report.Front.Count == 0) throw GranaryException.Refused($"there is no plan to apply: {report.Reason}");
                return Show(call, await client.ApplyPlanAsync(report.Run, plan, name, cancel), "applied");
            },
            cancel));
    }

    private static int Show(Call call, OptimizationReport report, bool shares, bool stages)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(JsonSerializer.SerializeToNode(OptimizationJson.From(report), GranaryJson.Default.OptimizationJson));
            return ExitCodes.Done;
        }
        if (call.ForPeople) call.Note("granary: " + OptimizationListing.Summary(report));
        call.Write([.. report.Front, .. report.Rules], OptimizationListing.Plans);
        if (shares && report.Front.FirstOrDefault(o => o.Plan == report.Recommended) is { } plan)
        {
            call.Out.WriteLine();
            call.Write(plan.Shares, OptimizationListing.Shares);
        }
        if (!stages) return ExitCodes.Done;
        call.Out.WriteLine();
        foreach (var stage in report.Stages) call.Out.WriteLine(OptimizationListing.Stage(stage));
        return ExitCodes.Done;
    }

    private static int Show(Call call, AppliedWeights weights, string what)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(JsonSerializer.SerializeToNode(AppliedWeightsJson.From(weights), GranaryJson.Default.AppliedWeightsJson));
            return ExitCodes.Done;
        }
        call.Write(weights.Weights, OptimizationListing.Weights);
        if (call.ForPeople) call.Note(string.Create(CultureInfo.InvariantCulture, $"granary: plan {weights.Plan} of run {weights.Run} is {what}{(what == "put back" ? "" : "; --undo puts the weights back")}"));
        return ExitCodes.Done;
    }

    private static PlanPreference? Preference(ArgumentResult result)
    {
        var preference = new PlanPreference(0, 0, 0, 0);
        foreach (var part in result.Tokens[0].Value.Split(','))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 0 || !double.TryParse(part[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                result.AddError($"{Prefer} has '{part}'; write how much each matters, like latency=4,fairness=2");
                return null;
            }
            switch (part[..at])
            {
                case "latency": preference = preference with { Latency = value }; break;
                case "throughput": preference = preference with { Throughput = value }; break;
                case "utilisation" or "utilization": preference = preference with { Utilisation = value }; break;
                case "fairness": preference = preference with { Fairness = value }; break;
                default:
                    result.AddError($"{Prefer} has '{part[..at]}'; latency, throughput, utilisation and fairness can be preferred");
                    return null;
            }
        }
        if (preference.Problem() is not { } problem) return preference;
        result.AddError($"{Prefer}: {problem}");
        return null;
    }
}
