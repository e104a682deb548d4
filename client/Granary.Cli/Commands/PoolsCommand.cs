using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>pools</c>: capacity, use and queues.</summary>
internal static class PoolsCommand
{
    public static Command Create(CommandScope scope) => scope.Does(
        new Command("pools", "pools: capacity, use, what waits"),
        (call, cancel) => call.Show(
            async () =>
            {
                call.Write(await (await call.Connect(cancel)).PoolsAsync(cancel), PoolListing.At(call.Now));
                return ExitCodes.Done;
            },
            cancel));
}
