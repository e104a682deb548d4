using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>profile report [NODE|TASK]</c>, <c>--agent</c>, <c>--service</c>: use, bottlenecks, predictions and suggestions from telemetry, with no profile taken.</summary>
internal static class ProfileReportCommand
{
    public static Command Create(CommandScope scope)
    {
        var target = new Argument<string?>("target") { Description = "a node, or a task (POOL/NUMBER); all nodes when nothing is named", HelpName = "NODE|TASK", Arity = ArgumentArity.ZeroOrOne };
        var agent = new Option<string?>("--agent") { Description = "of an agent's running tasks", HelpName = "ID" };
        var service = new Option<string?>("--service") { Description = "of a service: running tasks of that name, or with the label service", HelpName = "NAME" };
        return scope.Does(new Command("report", "how the system, or a task, an agent or a service fares, and is likely to in 30 minutes") { target, agent, service }, async (call, cancel) =>
        {
            var named = call.Get(target);
            if (new[] { named, call.Get(agent), call.Get(service) }.Count(n => n is not null) > 1) throw GranaryException.Invalid("a report is of one thing: a node or task, or --agent, or --service");
            var client = await call.Connect(cancel);
            IReadOnlyList<UseReportJson> reports;
            if (call.Get(agent) is { } ofAgent) reports = await client.ProfileModuleAsync(ProfiledModule.OfAgent(ofAgent), cancel);
            else if (call.Get(service) is { } ofService) reports = await client.ProfileModuleAsync(ProfiledModule.OfService(ofService), cancel);
            else if (named is not null && named.Contains('/', StringComparison.Ordinal)) reports = await client.ProfileModuleAsync(ProfiledModule.OfTask(await Lookup.Task(client, named, cancel)), cancel);
            else reports = await client.ProfileSystemAsync(named is null ? null : await Lookup.Node(client, named, cancel), cancel);
            if (!call.ForPeople) call.Document(new JsonArray([.. reports.Select(r => JsonSerializer.SerializeToNode(r, GranaryJson.Default.UseReportJson))]));
            else UseReportText.Show(call, reports);
            return ExitCodes.Done;
        });
    }
}
