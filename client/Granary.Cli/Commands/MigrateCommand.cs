using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>migrate ID [--to NODE]</c>: stops a running task with grace and starts it on another node.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID" };
        var to = new Option<string?>("--to") { Description = "the node (default: where it fits tightest)", HelpName = "NODE" };
        var reason = new Option<string?>("--reason") { Description = "shown beside the task from then on", HelpName = "TEXT" };
        return scope.Does(new Command("migrate", "move a running task to another node, from its checkpoint") { id, to, reason }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var task = (await Lookup.Tasks(client, [call.Get(id)!], cancel))[0];
            var node = call.Get(to) is { Length: > 0 } written ? await Lookup.Node(client, written, cancel) : "";
            var moved = await client.MigrateAsync(task, node, call.Get(reason) ?? "", cancel);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                call.Document(JsonSerializer.SerializeToNode(MigrationJson.Of(moved), GranaryJson.Default.MigrationJson));
            else if (call.Format == OutputFormat.Name) call.Out.WriteLine(moved.Task);
            else call.Out.WriteLine($"{moved.Task} moves from {moved.From} to {moved.To}; it repeats {Durations.Format(TimeSpan.FromSeconds(Math.Round(moved.LostWorkSeconds)))} of work");
            return ExitCodes.Done;
        });
    }
}
