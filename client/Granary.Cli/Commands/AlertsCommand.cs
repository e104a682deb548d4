using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>alerts</c>: what fires, the rules, and advice to change the number of nodes.</summary>
internal static class AlertsCommand
{
    public static Command Create(CommandScope scope)
    {
        var all = new Option<bool>("--all") { Description = "and what has ended lately" };
        var rules = new Option<bool>("--rules") { Description = "the rules in force" };
        var advice = new Option<bool>("--advice") { Description = "the last advice to add or remove nodes, by pool" };
        return scope.Does(
            new Command("alerts", "what is wrong with nodes and pools now") { all, rules, advice },
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    if (call.Get(rules)) call.Write(await client.AlertRulesAsync(cancel), AlertListing.Rules);
                    else if (call.Get(advice)) call.Write(await client.ScalingAdviceAsync(cancel), AlertListing.Advice(call.Now));
                    else call.Write(await client.AlertsAsync(call.Get(all), cancel), AlertListing.Alerts(call.Now));
                    return ExitCodes.Done;
                },
                cancel));
    }
}
