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

/// <summary><c>energy</c>: what nodes and agents drew; <c>--plan 20%</c> shows what would save so much, <c>--apply</c> carries it out, <c>--restore</c> puts everything back.</summary>
internal static class EnergyCommand
{
    public static Command Create(CommandScope scope)
    {
        var from = new Option<TimeSpan?>("--for") { Description = "over this time until now (default: 1h)", HelpName = "DURATION", CustomParser = Parse.Duration("--for") };
        var plan = new Option<double?>("--plan") { Description = "what would save so much of the power now: 20% or 0.2; with nothing more, nothing is changed", HelpName = "PART", CustomParser = Part };
        var apply = new Option<bool>("--apply") { Description = "carry the plan out" };
        var lasts = new Option<TimeSpan?>("--lasts") { Description = "with --apply: put everything back after this time (default: when told to)", HelpName = "DURATION", CustomParser = Parse.Duration("--lasts") };
        var active = new Option<bool>("--active") { Description = "the plan in force, and how far it is" };
        var restore = new Option<bool>("--restore") { Description = "put back what the plan in force changed" };
        return scope.Does(new Command("energy", "what nodes and agents draw, and plans that save a part of it") { from, plan, apply, lasts, active, restore }, async (call, cancel) =>
        {
            if (call.Get(apply) && call.Get(plan) is null) throw GranaryException.Invalid("--apply needs --plan PART: how much to save, like --plan 20%");
            if (call.Has(lasts) && !call.Get(apply)) throw GranaryException.Invalid("--lasts goes with --apply");
            if ((call.Get(active) ? 1 : 0) + (call.Get(restore) ? 1 : 0) + (call.Get(plan) is null ? 0 : 1) > 1)
                throw GranaryException.Invalid("--plan, --active and --restore are one at a time");
            var client = await call.Connect(cancel);
            if (call.Get(plan) is { } target)
                return Show(call, call.Get(apply) ? await client.OptimizeEnergyUsageAsync(target, call.Get(lasts), cancel) : await client.PlanEnergyAsync(target, cancel));
            if (call.Get(active) || call.Get(restore))
            {
                var found = call.Get(restore) ? await client.RestoreEnergyAsync(cancel) : await client.ActiveEnergyPlanAsync(cancel);
                if (found is null) throw GranaryException.NotFound("no energy plan is in force; 'granary energy --plan 20% --apply' makes one");
                if (!call.Get(restore)) return Show(call, found);
                call.Note("what the plan changed is being put back");
                return ExitCodes.Done;
            }
            if (call.Get(from) is { } over && over < TimeSpan.FromSeconds(1)) throw GranaryException.Invalid("--for is less than a second; write how far back to look, like 1h");
            var until = call.Now;
            return Show(call, await client.EnergyAsync(new EnergyQuery(until - (call.Get(from) ?? TimeSpan.FromHours(1)), until), cancel));
        });
    }

    private static int Show(Call call, EnergyPlanView plan)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(JsonSerializer.SerializeToNode(EnergyPlanJson.From(plan), GranaryJson.Default.EnergyPlanJson));
        else
        {
            call.Write(plan.Steps, EnergyListing.Steps);
            if (call.ForPeople) call.Note(EnergyListing.Summary(plan));
        }
        return ExitCodes.Done;
    }

    private static int Show(Call call, EnergyReport report)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(JsonSerializer.SerializeToNode(EnergyJson.Of(report), GranaryJson.Default.EnergyJson));
            return ExitCodes.Done;
        }
        call.Write(report.Nodes, EnergyListing.Nodes);
        if (!call.ForPeople) return ExitCodes.Done;
        if (report.Agents.Count > 0)
        {
            call.Out.WriteLine();
            call.Write([.. report.Agents.OrderByDescending(a => a.Joules)], EnergyListing.Agents);
        }
        var next = double.IsFinite(report.NextJoules)
            ? $"; the coming half hour: {EnergyListing.Energy(report.NextJoules)} ({EnergyListing.Energy(report.NextLow)} to {EnergyListing.Energy(report.NextHigh)})" : "; the coming half hour: not known yet";
        call.Note($"{EnergyListing.Watts(report.Watts)} now, {EnergyListing.Energy(report.Joules)} in {Durations.Format(report.To - report.From)}{next}");
        return ExitCodes.Done;
    }

    private static double? Part(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var percent = text.EndsWith('%');
        if (double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && (percent ? value / 100 : value) is > 0 and <= 1 and var part) return part;
        result.AddError($"--plan is '{text}'; write a part of the power, like 20% or 0.2");
        return null;
    }
}
