using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>task ID</c>: everything about one task.</summary>
internal static class TaskCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID" };
        return scope.Does(new Command("task", "everything about one task") { id }, (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                var task = await client.GetAsync(await Lookup.Task(client, call.Get(id)!, cancel), cancel);
                if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                    call.Document(JsonSerializer.SerializeToNode(TaskJson.From(task), GranaryJson.Default.TaskJson));
                else if (call.Format == OutputFormat.Name) call.Out.WriteLine(task.Id);
                else Fields.Write(call.Out, Describe(task, call.Now));
                return ExitCodes.Done;
            },
            cancel));
    }

    /// <summary>Name and value of what there is to say.</summary>
    internal static IEnumerable<(string Name, string Value)> Describe(TaskView task, DateTimeOffset now)
    {
        yield return ("id", task.Id.ToString());
        yield return ("name", TaskListing.Name(task));
        yield return ("agent", task.Spec.Agent);
        yield return ("state", task.State.ToString());
        yield return ("reason", TaskListing.ReasonOf(task));
        yield return ("command", task.Spec.Handler.Length > 0 ? $"handler {task.Spec.Handler}" : Command(task.Spec));
        yield return ("executor", ActionText.Of(task.Spec));
        yield return ("resources", task.Spec.Resources.ToString());
        yield return ("priority", task.Spec.Priority == 0 ? "" : task.Spec.Priority.ToString(CultureInfo.InvariantCulture));
        yield return ("node", task.Node);
        yield return ("attempt", task.Attempt == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{task.Attempt} of {task.Spec.Retries + 1}"));
        yield return ("after", string.Join(", ", task.After));
        yield return ("position", task.Position == 0 ? "" : task.Position.ToString(CultureInfo.InvariantCulture));
        yield return ("submitted", When(task.Submitted, now));
        yield return ("started", When(task.Started, now));
        yield return ("finished", When(task.Finished, now));
        yield return ("took", TaskListing.TookOf(task, now));
        yield return ("deadline", task.Deadline is null ? "" : $"{When(task.Deadline, now)}, {TaskListing.DeadlineOf(task, now)}");
        yield return ("exit", TaskListing.ExitOf(task.Exit));
        yield return ("used", task.Exit is { } exit ? Used(exit) : "");
        yield return ("labels", string.Join(", ", (task.Spec.Labels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}")));
        yield return ("gang", task.Spec.Terms is { Gang: true } ? "starts with all members of its array" : "");
        yield return ("may fail", task.Spec.MayFail ? "yes" : "");
    }

    private static string Command(TaskSpec spec) => (spec.Shell ? "(sh -c) " : "")
        + string.Join(' ', spec.Command.Select(w => w.Length == 0 || w.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'') ? $"'{w}'" : w));

    private static string When(DateTimeOffset? time, DateTimeOffset now) => time is not { } t ? ""
        : t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) + (t <= now ? $" ({Spans.Age(now - t)} ago)" : "");

    private static string Used(ExitInfo exit) =>
        $"{Spans.Took(exit.CpuTime)} CPU" + (exit.PeakMemoryKiB > 0 ? string.Create(CultureInfo.InvariantCulture, $", {(exit.PeakMemoryKiB + 1023) / 1024}Mi peak memory") : "");
}
