using System.CommandLine;
using System.Globalization;
using Granary.Abstractions;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>submit</c>: one task or an array from the command line. Prints ids, one a line.</summary>
internal static class SubmitCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new SubmitOptions();
        var command = new Command("submit", "one task, or an array of them: prints ids, one a line");
        foreach (var option in options.All) command.Options.Add(option);
        command.Arguments.Add(options.Command);
        command.Validators.Add(result =>
        {
            var words = result.GetValue(options.Command)?.Length ?? 0;
            var handler = result.GetValue(options.Handler);
            if (words == 0 && string.IsNullOrEmpty(handler) && !options.Action.Stands(result)) result.AddError("no command; write it after --, like: granary submit --agent A -- sleep 1");
            if (words > 0 && !string.IsNullOrEmpty(handler)) result.AddError("--handler runs in the node's agent and takes no command; leave one of the two out");
        });
        return scope.Does(command, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var pool = call.Get(options.Pool) is { Length: > 0 } p ? p : TaskId.DefaultPool;
            var after = call.Get(options.After) is { Length: > 0 } a ? await Lookup.Tasks(client, a, cancel) : [];
            if (after.FirstOrDefault(i => i.Pool != pool) is { Pool: not null } foreign)
                throw GranaryException.Invalid($"--after {foreign} is of another pool; a task can only wait for tasks of its own pool ({pool})");
            var count = call.Has(options.Count) ? call.Get(options.Count) : 1;
            var item = new SubmitItem(options.Spec(call), count, after.Count > 0 ? after : null);
            var submitted = await client.SubmitManyAsync([item], pool, call.Get(options.OperationId), cancel);
            foreach (var note in submitted.Notes) call.Note("granary: " + note);
            return await Answer(call, client, submitted, call.Get(options.Wait), cancel);
        });
    }

    private static async Task<int> Answer(Call call, GranaryClient client, SubmittedTasks submitted, bool wait, CancellationToken cancel)
    {
        var forProgram = call.Format is OutputFormat.Json or OutputFormat.Yaml;
        if (!forProgram) foreach (var id in submitted.Ids) call.Out.WriteLine(id);
        call.Out.Flush();
        var rejected = submitted.Rejected;
        if (wait && rejected.Count == 0)
        {
            var tasks = await client.WaitAsync(submitted.Ids, null, cancel);
            if (forProgram) call.Write(tasks, TaskListing.At(call.Now));
            foreach (var bad in tasks.Where(t => t.State != TaskState.Succeeded))
                call.Note($"granary: {bad.Id} {TaskListing.Name(bad)} {bad.State}: {TaskListing.ReasonOf(bad)}; 'granary logs {bad.Id}' shows what it wrote");
            return WaitCommand.Outcome(tasks);
        }
        if (forProgram) call.Write(await client.GetAsync(submitted.Ids, cancel), TaskListing.At(call.Now));
        foreach (var task in rejected)
        {
            var earliest = task.EarliestFinish is { } at && !task.Reason.Contains("earliest", StringComparison.Ordinal)
                ? $"; the earliest finish that can be promised is in {Spans.Age(at - call.Now)} ({at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture)})"
                : "";
            call.Note($"granary: {task.Id} is refused: {task.Reason}{earliest}");
        }
        return rejected.Count > 0 ? ExitCodes.Refused : ExitCodes.Done;
    }
}
