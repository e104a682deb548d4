using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Llm;
using Granary.Simulation.Planning;
using Granary.Simulation.Replay;

namespace Granary.Cli.Commands;

/// <summary><c>plan-capacity TRACE</c>: how many nodes of which kind keep a wait, cheapest first. Needs no server.</summary>
internal static class PlanCapacityCommand
{
    public static Command Create(CommandScope scope)
    {
        var trace = new Argument<string>("trace") { Description = "trace file, plain or gzip", HelpName = "TRACE" };
        var kinds = new Option<string?>("--kinds")
        {
            Description = "CSV of the kinds there are: name,processors and, if wanted, slowness, price (default: single processors)",
            HelpName = "FILE",
        };
        var mean = new Option<TimeSpan?>("--mean-wait") { Description = "the mean wait to keep", HelpName = "TIME", CustomParser = Parse.Duration("--mean-wait") };
        var p95 = new Option<TimeSpan?>("--p95-wait") { Description = "the wait that 95 of 100 jobs keep", HelpName = "TIME", CustomParser = Parse.Duration("--p95-wait") };
        var policy = new Option<string?>("--policy") { Description = "policy of the replays (default: easy)", HelpName = "P" };
        var command = new Command("plan-capacity", "how many nodes of which kind a workload needs for a wait") { trace, kinds, mean, p95, policy };
        command.Validators.Add(result =>
        {
            if (result.GetResult(mean) is null && result.GetResult(p95) is null)
                result.AddError("no wait is given; say --mean-wait or --p95-wait, like --p95-wait 10m");
        });
        return scope.Does(command, (call, cancel) => Task.Run(
            () =>
            {
                var workload = TraceWorkload.Load(TraceFile.Open(call.Get(trace)!), new LlmCapacity());
                IReadOnlyList<NodeKind> offered = call.Get(kinds) is { } file ? NodeFile.Load(file) : [new NodeKind("processor", 1, 1, 1, 1)];
                var options = new PlanOptions
                {
                    MeanWaitS = call.Get(mean)?.TotalSeconds,
                    P95WaitS = call.Get(p95)?.TotalSeconds,
                    Policy = call.Get(policy) ?? "easy",
                };
                var planner = new CapacityPlanner(workload, offered, options, cancel);
                var plans = planner.Plan();
                if (call.ForPeople)
                    foreach (var note in workload.Notes.Append(string.Create(CultureInfo.InvariantCulture, $"{planner.Replays} replays")))
                        call.Note("granary: " + note);
                call.Write(plans, Listing);
                return plans.Count == 0 ? ExitCodes.Refused : ExitCodes.Done;
            },
            CancellationToken.None));
    }

    private static Listing<CapacityPlan> Listing { get; } = new(
        [
            new("NODES", Nodes),
            new("PROCESSORS", p => p.Processors.ToString(CultureInfo.InvariantCulture)),
            new("PRICE/H", p => p.Price.ToString("0.##", CultureInfo.InvariantCulture)),
            new("WAIT", p => ReplayListing.Span(p.Report.MeanWaitS)),
            new("P95-WAIT", p => ReplayListing.Span(p.Report.P95WaitS ?? 0)),
            new("SLOWDOWN", p => p.Report.MeanBoundedSlowdown.ToString("N2", CultureInfo.InvariantCulture)),
            new("UTIL", p => p.Report.Utilization.ToString("P1", CultureInfo.InvariantCulture)),
        ],
        p => new JsonObject
        {
            ["nodes"] = new JsonArray([.. p.Nodes.Select(n => (JsonNode)new JsonObject { ["kind"] = n.Kind, ["count"] = n.Count })]),
            ["processors"] = p.Processors,
            ["price"] = p.Price,
            ["mean_wait_s"] = p.Report.MeanWaitS,
            ["p95_wait_s"] = p.Report.P95WaitS,
            ["mean_bounded_slowdown"] = p.Report.MeanBoundedSlowdown,
            ["utilization"] = p.Report.Utilization,
        },
        Nodes,
        "no number of these nodes keeps that wait; allow a longer one, or offer faster nodes");

    private static string Nodes(CapacityPlan plan) => string.Join(" + ", plan.Nodes.Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.Count} {n.Kind}")));
}
