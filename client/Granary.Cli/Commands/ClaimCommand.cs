using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>claim ID</c>: somebody says to do a person's work, or gives it back.</summary>
internal static class ClaimCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID" };
        var release = new Option<bool>("--release") { Description = "give it back to everybody, whoever had claimed it" };
        var by = new Option<string?>("--as") { Description = "who says it (default: $USER)", HelpName = "NAME" };
        return scope.Does(new Command("claim", "say to do a person's work, so that nobody else does") { id, release, by }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var task = await Lookup.Task(client, call.Get(id)!, cancel);
            var item = call.Get(release) ? await client.ReleaseAsync(task, cancel) : await client.ClaimAsync(task, Person.Of(call, by), cancel);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                call.Document(JsonSerializer.SerializeToNode(InboxItemJson.From(item), GranaryJson.Default.InboxItemJson));
            else call.Out.WriteLine(call.Format == OutputFormat.Name ? $"{item.Task.Id}" : item.ClaimedBy.Length > 0 ? $"{item.Task.Id} claimed by {item.ClaimedBy}" : $"{item.Task.Id} is anybody's");
            return ExitCodes.Done;
        });
    }
}
