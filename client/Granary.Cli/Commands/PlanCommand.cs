using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>plan [POOL]</c>: how the pool's capacity could be shared. Changes nothing.</summary>
internal static class PlanCommand
{
    private static readonly Listing<PlannedShare> Shares = new(
        [
            new("AGENT", s => s.Agent),
            new("WANTED", s => Cores(s.Wanted)),
            new("USED", s => Cores(s.Used)),
            new("MAX-MIN", s => Cores(s.Classical)),
            new("PLANNED", s => s.Planned is { } planned ? Cores(planned) : ""),
        ],
        s => JsonSerializer.SerializeToNode(PlannedShareJson.From(s), GranaryJson.Default.PlannedShareJson),
        s => s.Agent,
        "no agent is planned for");

    public static Command Create(CommandScope scope)
    {
        var pool = new Argument<string?>("pool") { Description = "which (default: default)", HelpName = "POOL", Arity = ArgumentArity.ZeroOrOne };
        var stages = new Option<bool>("--stages") { Description = "how each stage of the path went" };
        var command = new Command("plan", "how a pool's cores could be shared: max-min fairness beside the optimizer's plan; changes nothing") { pool, stages };
        return scope.Does(command,
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    var plan = await client.SharePlanAsync(call.Get(pool) ?? TaskId.DefaultPool, cancel);
                    if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                    {
                        call.Document(JsonSerializer.SerializeToNode(SharePlanJson.From(plan), GranaryJson.Default.SharePlanJson));
                        return ExitCodes.Done;
                    }
                    if (call.ForPeople) call.Note("granary: " + Words(plan));
                    call.Write(plan.Agents, Shares);
                    if (call.Get(stages))
                        foreach (var stage in plan.Stages)
                            call.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage.Name,-11} {stage.Status,-10} {stage.Milliseconds,7:0.0} ms  {stage.Reason}").TrimEnd());
                    return ExitCodes.Done;
                },
                cancel));
    }

    private static string Words(SharePlan plan) => plan.Advised
        ? string.Create(CultureInfo.InvariantCulture, $"the plan is advised: over {plan.Pairs} outcomes it was {plan.Advantage:+0.000;-0.000} better than max-min fairness")
        : $"max-min fairness stands: {plan.Reason}";

    private static string Cores(double cores) => cores.ToString("0.##", CultureInfo.InvariantCulture);
}
