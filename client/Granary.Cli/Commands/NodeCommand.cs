using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>node</c>: a node agent alone on a machine, for a server elsewhere.</summary>
internal static class NodeCommand
{
    public static Command Create(CommandScope scope)
    {
        var join = new Option<string>("--join") { Description = "gateway of the server", HelpName = "HOST:PORT", Required = true };
        var name = new Option<string?>("--name") { Description = "the node's name (default: the machine's)", HelpName = "NAME" };
        var pool = new Option<string?>("--pool", "-p") { Description = "the pool it serves (default: default)", HelpName = "POOL" };
        var capacity = new Option<ResourceSet?>("--capacity") { Description = "what it offers (default: the machine's own)", HelpName = "cpu=64,...", CustomParser = Parse.Resources("--capacity") };
        var label = new Option<IReadOnlyDictionary<string, string>?>("--label") { Description = "may be repeated", HelpName = "K=V", CustomParser = Parse.Pairs("--label") };
        var data = new Option<string?>("--data") { Description = "where it keeps its tasks' files", HelpName = "DIR" };
        var runAs = new Option<string?>("--run-as") { Description = "user as whom tasks run; root only where it says root (default: this user, for root granary or nobody)", HelpName = "USER" };
        return scope.Does(new Command("node", "a node agent alone on a machine") { join, name, pool, capacity, label, data, runAs }, (call, cancel) =>
            ServerCommands.Node(
                new NodeOptions
                {
                    Join = call.Get(join)!,
                    Name = call.Get(name),
                    Pool = call.Get(pool),
                    Capacity = call.Has(capacity) ? call.Get(capacity) : null,
                    Labels = call.Has(label) ? call.Get(label) : null,
                    DataDirectory = call.Get(data),
                    RunAs = call.Get(runAs),
                    TokenFile = call.Choice.TokenFile,
                    Authority = call.Choice.Authority,
                    Fingerprint = call.Choice.Fingerprint,
                },
                cancel));
    }
}
