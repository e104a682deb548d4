using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>wait ID...</c>: until all have ended. Exit 0 when all succeeded, 1 when some did not, 124 when time ran out, 5 when one is unknown.</summary>
internal static class WaitCommand
{
    public static Command Create(CommandScope scope)
    {
        var ids = new Argument<string[]>("ids") { Description = "POOL/NUMBER, or NUMBER", HelpName = "ID...", Arity = ArgumentArity.OneOrMore };
        var timeout = new Option<TimeSpan?>("--timeout") { Description = "give up after this long (exit 124)", HelpName = "30s", CustomParser = Parse.Duration("--timeout") };
        return scope.Does(new Command("wait", "until tasks have ended: 0 all succeeded, 1 some did not, 124 timed out") { ids, timeout }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var tasks = await client.WaitAsync(await Lookup.Tasks(client, call.Get(ids)!, cancel), call.Get(timeout), cancel);
            call.Write(tasks, TaskListing.At(call.Now));
            return Outcome(tasks);
        });
    }

    /// <summary>A failure that the submitter declared possible is none.</summary>
    internal static int Outcome(IEnumerable<TaskView> tasks) =>
        tasks.All(t => t.State == TaskState.Succeeded || t.Spec.MayFail) ? ExitCodes.Done : ExitCodes.Failed;
}
