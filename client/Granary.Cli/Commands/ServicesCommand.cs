using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>services</c>: what the server passes requests on to.</summary>
internal static class ServicesCommand
{
    public static Command Create(CommandScope scope) => scope.Does(new Command("services", "services of agents: what is behind /services/NAME/"), (call, cancel) => call.Show(
        async () =>
        {
            call.Write(await (await call.Connect(cancel)).ServicesAsync(cancel), ServiceListing.At(call.Now));
            return ExitCodes.Done;
        },
        cancel));
}
