using System.Collections.Concurrent;
using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>nodes</c>: machines, their health and use.</summary>
internal static class NodesCommand
{
    public static Command Create(CommandScope scope) => scope.Does(
        new Command("nodes", "machines: state, capacity, use"),
        (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                var nodes = await client.NodesAsync(cancel);
                call.Write(nodes, NodeListing.At(call.Now, await Inventories(client, nodes, call.Format, cancel)));
                return ExitCodes.Done;
            },
            cancel));

    /// <summary>Only what is shown is asked for: a cluster may have thousands of nodes.</summary>
    private static async Task<IReadOnlyDictionary<string, HardwareInventory>> Inventories(
        GranaryClient client, IReadOnlyList<NodeView> nodes, OutputFormat format, CancellationToken cancel)
    {
        var found = new ConcurrentDictionary<string, HardwareInventory>(StringComparer.Ordinal);
        if (format is OutputFormat.Wide or OutputFormat.Json or OutputFormat.Yaml)
        {
            await Parallel.ForEachAsync(nodes.Where(n => !n.Spec.Simulated && n.AgentVersion.Length > 0), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (node, token) =>
            {
                if (await client.InventoryAsync(node.Spec.Name, token) is { } inventory) found[node.Spec.Name] = inventory;
            });
        }
        return found;
    }
}
