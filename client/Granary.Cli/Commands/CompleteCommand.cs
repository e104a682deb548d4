using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>complete ID</c>: a person's work is done, or cannot be.</summary>
internal static class CompleteCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID" };
        var fail = new Option<bool>("--fail") { Description = "it could not be done, or the answer is no: the task fails" };
        var output = new Option<string?>("--text") { Description = "becomes the task's output; @FILE reads it", HelpName = "TEXT" };
        var field = new Option<IReadOnlyDictionary<string, string>>("--field") { Description = "a field of its form; may be repeated", HelpName = "NAME=VALUE", CustomParser = Parse.Pairs("--field") };
        var note = new Option<string?>("--note") { Description = "one line beside the task from then on", HelpName = "TEXT" };
        var by = new Option<string?>("--as") { Description = "who says it (default: $USER)", HelpName = "NAME" };
        return scope.Does(new Command("complete", "say that a person's work is done") { id, fail, output, field, note, by }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var task = await Lookup.Task(client, call.Get(id)!, cancel);
            var completion = new Completion(Person.Of(call, by), call.Get(fail), ActionOptions.TextOrFile(call.Get(output) ?? "", "--text"), call.Get(field), call.Get(note) ?? "");
            var reply = await client.CompleteAsync(task, completion, cancel);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                call.Document(JsonSerializer.SerializeToNode(CompletionJson.From(reply), GranaryJson.Default.CompletionJson));
            else if (call.Format == OutputFormat.Name) call.Out.WriteLine(reply.Task.Id);
            else call.Out.WriteLine($"{reply.Task.Id} {(reply.First ? "" : "had ended already: ")}{reply.Task.State}{(reply.Task.Exit is { Message.Length: > 0 } exit ? $", {exit.Message}" : "")}");
            return ExitCodes.Done;
        });
    }
}

/// <summary>As whom somebody at a terminal claims and completes.</summary>
internal static class Person
{
    /// <exception cref="GranaryException">Invalid: nobody said, and the environment does not know.</exception>
    public static string Of(Call call, Option<string?> option)
    {
        if (call.Get(option) is { Length: > 0 } given) return given;
        var user = call.Surroundings.Environment("USER") is { Length: > 0 } name ? name : call.Surroundings.Environment("LOGNAME") ?? "";
        return Names.IsValid(user) ? user : throw GranaryException.Invalid("who says it? add --as NAME, or set USER");
    }
}
