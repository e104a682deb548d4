using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>work</c>: which partitioned work there is; <c>work ID</c>: how far one is; and ending it.</summary>
internal static class WorkCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string?>("id") { Description = "of the work, or its beginning", HelpName = "ID", Arity = ArgumentArity.ZeroOrOne };
        var partitions = new Option<bool>("--partitions") { Description = "every partition, with the task whose result counts" };
        var stop = new Option<bool>("--cancel") { Description = "end it and stop its tasks" };
        var reason = new Option<string?>("--reason") { Description = "with --cancel: shown beside it from then on", HelpName = "TEXT" };
        var wait = new Option<bool>("--wait") { Description = "until it has ended: exit 0 when it succeeded, else 1" };
        var timeout = new Option<TimeSpan?>("--timeout") { Description = "with --wait: give up after this long (exit 124)", HelpName = "30s", CustomParser = Parse.Duration("--timeout") };
        var command = new Command("work", "partitioned work: all of it, or how far one is") { id, partitions, stop, reason, wait, timeout };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null && (result.GetValue(partitions) || result.GetValue(stop) || result.GetValue(wait))) result.AddError("which work? write its id; 'granary work' lists what there is");
        });
        return scope.Does(command, (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                if (call.Get(id) is not { Length: > 0 } written)
                {
                    call.Write(await client.WorkListAsync(cancel), WorkListing.At(call.Now));
                    return ExitCodes.Done;
                }
                var one = await Find(client, written, cancel);
                if (call.Get(stop)) await client.CancelWorkAsync(one, call.Get(reason) ?? "", cancel);
                if (call.Get(partitions))
                {
                    call.Write(await client.PartitionsAsync(one, cancel), WorkListing.Partitions);
                    return ExitCodes.Done;
                }
                var work = call.Get(wait) ? await client.WaitWorkAsync(one, call.Get(timeout), cancel) : await client.WorkAsync(one, cancel);
                Show(call, work);
                return call.Get(wait) ? Outcome(work) : ExitCodes.Done;
            },
            cancel));
    }

    internal static int Outcome(WorkView work) => work.State == WorkState.Succeeded ? ExitCodes.Done : ExitCodes.Failed;

    internal static void Show(Call call, WorkView work)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(JsonSerializer.SerializeToNode(WorkJson.From(work), GranaryJson.Default.WorkJson));
        else if (call.Format == OutputFormat.Name) call.Out.WriteLine(work.Id);
        else Fields.Write(call.Out, WorkListing.Describe(work, call.Now));
    }

    private static async Task<string> Find(GranaryClient client, string written, CancellationToken cancel)
    {
        var ids = (await client.WorkListAsync(cancel)).Select(w => w.Id).ToArray();
        if (ids.Contains(written)) return written;
        var begun = ids.Where(i => i.StartsWith(written, StringComparison.Ordinal)).ToArray();
        return begun.Length switch
        {
            1 => begun[0],
            0 => written, // older than the list, or unknown: the server says
            _ => throw GranaryException.Invalid($"'{written}' begins {begun.Length} ids ({string.Join(", ", begun.Take(4))}); write more of it"),
        };
    }
}
