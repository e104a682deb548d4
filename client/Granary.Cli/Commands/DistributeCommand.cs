using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>distribute</c>: work in partitions, from a file or the command line. Prints its id.</summary>
internal static class DistributeCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new DistributeOptions();
        var command = new Command("distribute", "work in partitions over all nodes: prints its id");
        foreach (var option in options.All) command.Options.Add(option);
        command.Arguments.Add(options.Words);
        return scope.Does(command, async (call, cancel) =>
        {
            var words = call.Get(options.Words) ?? [];
            var described = call.Has(options.Partitions) || call.Has(options.Input) || call.Has(options.InputsFrom);
            if (words.Length == 0) throw GranaryException.Invalid("nothing to distribute; name a file, or write: granary distribute --agent A --partitions 100 -- CMD...");
            if (!described && words.Length > 1) throw GranaryException.Invalid("how is it cut? add --partitions N, --input PATH or --inputs-from FILE before the --");
            var spec = (described ? options.Request(call, Console.In) : WorkFile.Load(words[0])).ToSpec();
            var client = await call.Connect(cancel);
            var work = await client.DistributeAsync(spec, call.Get(options.Id), cancel);
            if (call.ForPeople || call.Format == OutputFormat.Name) call.Out.WriteLine(work.Id);
            call.Out.Flush();
            if (!call.Get(options.Wait))
            {
                if (!call.ForPeople && call.Format != OutputFormat.Name) WorkCommand.Show(call, work);
                return ExitCodes.Done;
            }
            work = await client.WaitWorkAsync(work.Id, null, cancel);
            if (call.Format != OutputFormat.Name) WorkCommand.Show(call, work);
            return WorkCommand.Outcome(work);
        });
    }
}
