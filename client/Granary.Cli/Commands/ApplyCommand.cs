using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;

namespace Granary.Cli.Commands;

/// <summary><c>apply FILE</c>: declares what the file says and submits its tasks, all or nothing.</summary>
internal static class ApplyCommand
{
    public static Command Create(CommandScope scope)
    {
        var file = new Argument<string>("file") { Description = "fleet file, YAML or JSON; - for standard input", HelpName = "FILE" };
        var operation = new Option<string?>("--operation-id") { Description = "applying again with the same one admits nothing twice", HelpName = "TEXT" };
        return scope.Does(new Command("apply", "declare pools, agents, nodes and submit tasks of a fleet file") { file, operation }, async (call, cancel) =>
        {
            var result = ValidateCommand.Load(call.Get(file)!);
            if (result.Fleet is null) return ValidateCommand.Refuse(call, result);
            var client = await call.Connect(cancel);
            var applied = await client.ApplyAsync(result.Fleet, call.Get(operation), cancel);
            foreach (var note in applied.Notes) call.Note("granary: " + note);
            foreach (var rejected in applied.Rejected) call.Note($"granary: {rejected.Id} is refused: {rejected.Reason}");
            foreach (var refused in applied.RefusedReservations) call.Note($"granary: {refused}");
            Write(call, applied);
            return applied.Rejected.Count + applied.RefusedReservations.Count > 0 ? ExitCodes.Refused : ExitCodes.Done;
        });
    }

    private static void Write(Call call, AppliedFleet applied)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(new JsonObject
            {
                ["created"] = applied.Declared.Created,
                ["changed"] = applied.Declared.Changed,
                ["unchanged"] = applied.Declared.Unchanged,
                ["tasks"] = new JsonArray([.. applied.Ids.Select(i => (JsonNode?)JsonValue.Create(i.ToString()))]),
                ["reservations"] = new JsonArray([.. applied.Reservations.Select(r => (JsonNode?)JsonValue.Create(r.Id))]),
                ["rejected"] = new JsonArray([.. applied.Rejected.Select(r => (JsonNode?)JsonValue.Create(r.Id.ToString()))]),
            });
        }
        else if (call.Format == OutputFormat.Name)
        {
            foreach (var id in applied.Ids) call.Out.WriteLine(id);
        }
        else
        {
            call.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{applied.Declared.Created} created, {applied.Declared.Changed} changed, {applied.Declared.Unchanged} unchanged; {applied.Ids.Count} tasks submitted{(applied.Reservations.Count == 0 ? "" : $"; {applied.Reservations.Count} reservations held")}"));
        }
    }
}
