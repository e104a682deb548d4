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

    private static readonly Listing<PlanContender> Contenders = new(
        [
            new("CONTENDER", c => c.Name),
            new("STATE", c => c.State),
            new("OUTCOMES", c => c.Pairs.ToString(CultureInfo.InvariantCulture)),
            new("ADVANTAGE", c => Signed(c.Advantage)),
            new("SURE", c => Signed(c.Sure)),
        ],
        _ => null, c => c.Name, "nothing is judged yet");

    private static readonly Listing<PoolScalingMethod> Methods = new(
        [
            new("METHOD", m => m.Name),
            new("NODES", m => m.Nodes.ToString(CultureInfo.InvariantCulture)),
            new("JUDGED", m => m.Judged.ToString(CultureInfo.InvariantCulture)),
            new("RIGHT", m => Part(m.Right)),
            new("SHORT", m => Part(m.Short)),
            new("OVER", m => Part(m.Over)),
            new("COST", m => m.Cost.ToString("0.00", CultureInfo.InvariantCulture)),
            new("TRIAL", m => m.Name == "reactive" ? "" : m.Acting ? "won" : "in shadow"),
        ],
        _ => null, m => m.Name, "no node serves");

    public static Command Create(CommandScope scope)
    {
        var pool = new Argument<string?>("pool") { Description = "which (default: default)", HelpName = "POOL", Arity = ArgumentArity.ZeroOrOne };
        var stages = new Option<bool>("--stages") { Description = "how each stage of the path went" };
        var contenders = new Option<bool>("--contenders") { Description = "all that is judged in shadow against the weights in force" };
        var scaling = new Option<bool>("--scaling") { Description = "how many nodes there should be, and how such advice turned out" };
        var command = new Command("plan", "how a pool's cores could be shared: max-min fairness beside the optimizer's plan; changes nothing") { pool, stages, contenders, scaling };
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
                    if (call.Get(contenders)) call.Write(plan.Contenders ?? [], Contenders);
                    if (!call.Get(scaling)) return ExitCodes.Done;
                    call.Write(plan.Scaling?.Methods ?? [], Methods);
                    if (call.ForPeople && plan.Scaling is { } advice) call.Note("granary: " + Words(advice));
                    return ExitCodes.Done;
                },
                cancel));
    }

    private static string Words(SharePlan plan) => plan.Advised
        ? string.Create(CultureInfo.InvariantCulture, $"the plan is advised: over {plan.Pairs} outcomes it was {plan.Advantage:+0.000;-0.000} better than the weights in force")
        : $"the weights in force stand: {plan.Reason}";

    private static string Words(PoolScalingView advice)
    {
        var what = advice.Recommended == advice.Nodes ? $"keep {advice.Nodes} nodes" : $"{advice.Recommended} nodes instead of {advice.Nodes}";
        var when = advice.NotBefore is { } at ? string.Create(CultureInfo.InvariantCulture, $", not before {at.UtcDateTime:HH:mm:ss'Z'}") : "";
        var cost = advice.CostPerHour == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {advice.CostPerHour:+0.##;-0.##} an hour");
        return $"{what}{when}{cost} ({advice.Method}): {advice.Reason}; from {advice.Forecast}";
    }

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0", CultureInfo.InvariantCulture);

    private static string Part(double value) => value.ToString("0%", CultureInfo.InvariantCulture);

    private static string Cores(double cores) => cores.ToString("0.##", CultureInfo.InvariantCulture);
}
