using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>nodes</c>: machines, their health and use.</summary>
internal static class NodesCommand
{
    public static Command Create(CommandScope scope) => scope.Does(
        new Command("nodes", "machines: state, capacity, use"),
        (call, cancel) => call.Show(
            async () =>
            {
                call.Write(await (await call.Connect(cancel)).NodesAsync(cancel), NodeListing.At(call.Now));
                return ExitCodes.Done;
            },
            cancel));
}
