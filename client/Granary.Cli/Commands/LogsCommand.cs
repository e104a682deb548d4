using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>logs ID</c>: a task's output, byte for byte; its standard error goes to standard error.</summary>
internal static class LogsCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID" };
        var follow = new Option<bool>("--follow", "-f") { Description = "go on until the task has ended" };
        var onlyOut = new Option<bool>("--stdout") { Description = "only its standard output" };
        var onlyError = new Option<bool>("--stderr") { Description = "only its standard error, on standard output" };
        return scope.Does(new Command("logs", "what a task wrote") { id, follow, onlyOut, onlyError }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var task = await Lookup.Task(client, call.Get(id)!, cancel);
            var copies = new List<Task>();
            if (!call.Get(onlyError)) copies.Add(Copy(client, task, false, call.Get(follow), call.Surroundings.RawOut, cancel));
            if (!call.Get(onlyOut))
                copies.Add(Copy(client, task, true, call.Get(follow), call.Get(onlyError) ? call.Surroundings.RawOut : call.Surroundings.RawError, cancel));
            await Task.WhenAll(copies);
            return ExitCodes.Done;
        });
    }

    private static async Task Copy(GranaryClient client, TaskId task, bool error, bool follow, Func<Stream> open, CancellationToken cancel)
    {
        await using var stream = open();
        await foreach (var piece in client.LogsAsync(task, error, follow, cancel))
        {
            await stream.WriteAsync(piece, cancel);
            await stream.FlushAsync(cancel);
        }
    }
}
