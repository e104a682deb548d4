using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>cordon</c>, <c>uncordon</c>, <c>drain</c>: whether a node takes new tasks and keeps those it has.</summary>
internal static class NodeUpkeepCommands
{
    public static Command Cordon(CommandScope scope) => Create(scope, "cordon", "a node takes nothing new; what runs goes on",
        (client, node, cancel) => client.CordonAsync(node, cancel));

    public static Command Uncordon(CommandScope scope) => Create(scope, "uncordon", "a node takes new tasks again",
        (client, node, cancel) => client.UncordonAsync(node, cancel));

    public static Command Drain(CommandScope scope) => Create(scope, "drain", "a node takes nothing new; what runs is stopped with grace and goes elsewhere",
        (client, node, cancel) => client.DrainAsync(node, cancel));

    private static Command Create(
        CommandScope scope, string name, string summary, Func<GranaryClient, string, CancellationToken, Task<NodeView>> change)
    {
        var nodes = new Argument<string[]>("nodes") { Description = "names, or unique beginnings of names", HelpName = "NODE...", Arity = ArgumentArity.OneOrMore };
        return scope.Does(new Command(name, summary) { nodes }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            // All names are resolved before the first node is touched.
            var names = new List<string>();
            foreach (var written in call.Get(nodes)!) names.Add(await Lookup.Node(client, written, cancel));
            var views = new List<NodeView>();
            foreach (var node in names) views.Add(await change(client, node, cancel));
            call.Write(views, NodeListing.At(call.Now));
            return ExitCodes.Done;
        });
    }
}
