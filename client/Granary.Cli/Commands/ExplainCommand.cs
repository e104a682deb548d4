using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Cli.WhatIf;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>explain ID</c>: the dominant reason, what it rests on, and what would help.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID" };
        return scope.Does(new Command("explain", "why a task is where it is, and what would help") { id }, (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                var explanation = await client.ExplainAsync(await Lookup.Task(client, call.Get(id)!, cancel), cancel);
                if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                    call.Document(JsonSerializer.SerializeToNode(ExplanationJson.From(explanation), GranaryJson.Default.ExplanationJson));
                else Write(call.Out, explanation, call.Now);
                return ExitCodes.Done;
            },
            cancel));
    }

    internal static void Write(TextWriter output, TaskExplanation explanation, DateTimeOffset now)
    {
        var task = explanation.Task;
        var reason = explanation.Waiting is { } waiting ? waiting.Reason.ToString() : TaskListing.ReasonOf(task);
        output.WriteLine($"{task.Id} {TaskListing.Name(task)} of {task.Spec.Agent} is {task.State}{(reason.Length > 0 ? ": " + reason : "")}");
        Fields.Write(output, Details(explanation, now).Select(d => ("  " + d.Name, d.Value)));
        if (explanation.Decision is { } decision) WhatIfText.WriteOptions(output, decision);
        if (explanation.Placement is { } placement) PlacementText.Write(output, placement);
        if (explanation.History.Count == 0) return;
        output.WriteLine("  history:");
        foreach (var line in explanation.History) output.WriteLine("    " + line);
    }

    private static IEnumerable<(string Name, string Value)> Details(TaskExplanation explanation, DateTimeOffset now)
    {
        var task = explanation.Task;
        yield return ("evidence", explanation.Waiting?.Evidence ?? "");
        yield return ("next step", explanation.Waiting?.NextStep ?? NextStep(task));
        yield return ("position", explanation.Waiting is { Position: > 0 } w ? w.Position.ToString(CultureInfo.InvariantCulture) : "");
        yield return ("expected", explanation.ExpectedStart is { } start ? $"to start {(start > now ? $"in {Spans.Age(start - now)}" : "now")}" : "");
        yield return ("asks for", task.Spec.Resources.ToString());
        yield return ("waited", Spans.Age((task.Started ?? task.Finished ?? now) - task.Submitted));
        yield return ("deadline", TaskListing.DeadlineOf(task, now));
        if (explanation.Share is { } share)
            yield return ("agent", $"holds {NodeListing.Percent(share.DominantShare)} of pool {share.Pool}, owed {NodeListing.Percent(share.FairShare)}");
    }

    private static string NextStep(TaskView task) => task.State switch
    {
        TaskState.Failed => $"'granary logs {task.Id}' shows what it wrote",
        TaskState.Running => $"'granary logs -f {task.Id}' follows what it writes",
        _ => "",
    };
}
