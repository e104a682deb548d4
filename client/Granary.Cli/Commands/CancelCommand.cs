using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>cancel ID...</c>: stops what runs (SIGTERM, grace, SIGKILL) and takes the rest out of the queue.</summary>
internal static class CancelCommand
{
    public static Command Create(CommandScope scope)
    {
        var ids = new Argument<string[]>("ids") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID...", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "shown beside the task from then on", HelpName = "TEXT" };
        return scope.Does(new Command("cancel", "stop tasks, or take them out of the queue") { ids, reason }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var done = await client.CancelAsync(await Lookup.Tasks(client, call.Get(ids)!, cancel), call.Get(reason) ?? "", cancel);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
            {
                call.Document(new JsonObject
                {
                    ["accepted"] = Ids(done.Accepted),
                    ["already_finished"] = Ids(done.AlreadyFinished),
                    ["not_found"] = Ids(done.NotFound),
                });
            }
            else
            {
                foreach (var id in done.Accepted) call.Out.WriteLine(call.Format == OutputFormat.Name ? $"{id}" : $"{id} cancelled");
                foreach (var id in done.AlreadyFinished) call.Note($"{id} had ended already");
            }
            if (done.NotFound.Count == 0) return ExitCodes.Done;
            throw GranaryException.NotFound($"no task {string.Join(", ", done.NotFound)}; 'granary tasks' lists what there is");
        });
    }

    private static JsonArray Ids(IEnumerable<TaskId> ids) => new([.. ids.Select(i => (JsonNode?)JsonValue.Create(i.ToString()))]);
}
