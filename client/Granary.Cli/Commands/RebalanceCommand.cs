using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>rebalance</c>: shows which running tasks would be moved and what that brings; <c>--apply</c> begins.</summary>
internal static class RebalanceCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Option<string?>("--pool", "-p") { Description = "which pool (default: default)", HelpName = "POOL" };
        var plan = new Option<RebalanceKind>("--plan") { Description = "load_based (default), priority_based or consolidate", HelpName = "PLAN", CustomParser = Parse.Word<RebalanceKind>("--plan") };
        var apply = new Option<bool>("--apply") { Description = "begin the moves, a few at a time" };
        return scope.Does(new Command("rebalance", "plan moves of running tasks: level, favour or free nodes") { pool, plan, apply }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var shown = await client.RebalanceAsync(call.Get(pool) is { Length: > 0 } p ? p : TaskId.DefaultPool, call.Get(plan), call.Get(apply), cancel);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
            {
                call.Document(JsonSerializer.SerializeToNode(RebalanceJson.From(shown), GranaryJson.Default.RebalanceJson));
                return ExitCodes.Done;
            }
            call.Write(shown.Moves, Moves);
            if (call.Format == OutputFormat.Name) return ExitCodes.Done;
            if (call.Format == OutputFormat.Wide)
            {
                call.Out.WriteLine();
                call.Write(shown.Nodes, Nodes);
            }
            call.Note(Summary(shown));
            return ExitCodes.Done;
        });
    }

    private static string Summary(RebalancePlan plan)
    {
        var spread = string.Create(CultureInfo.InvariantCulture, $"spread of utilisation among like nodes {plan.SpreadBefore:P1} -> {plan.SpreadAfter:P1}");
        var freed = plan.Freed.Count > 0 ? $"; frees {string.Join(", ", plan.Freed)}" : "";
        var what = plan.Applied ? "; the moves have begun" : plan.Moves.Count > 0 ? "; nothing was moved: --apply begins" : "";
        return $"{spread}{freed}{what}";
    }

    private static Listing<PlannedMove> Moves { get; } = new(
        [
            new("TASK", m => m.Task.ToString()),
            new("NAME", m => m.Name),
            new("AGENT", m => m.Agent),
            new("FROM", m => m.From),
            new("TO", m => m.To),
            new("REPEATS", m => Durations.Format(TimeSpan.FromSeconds(Math.Round(m.LostWorkSeconds)))),
            new("WHY", m => m.Why),
        ],
        _ => null,
        m => m.Task.ToString(),
        "nothing to move");

    private static Listing<NodeBalance> Nodes { get; } = new(
        [
            new("NODE", n => n.Node),
            new("KIND", n => n.Kind),
            new("BEFORE", n => n.Before.ToString("P1", CultureInfo.InvariantCulture)),
            new("AFTER", n => n.After.ToString("P1", CultureInfo.InvariantCulture)),
        ],
        _ => null,
        n => n.Node,
        "no nodes");
}
