using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>agents</c>: what each is owed, holds and has done.</summary>
internal static class AgentsCommand
{
    public static Command Create(CommandScope scope) => scope.Does(
        new Command("agents", "agents: what each is owed, holds and has done"),
        (call, cancel) => call.Show(
            async () =>
            {
                call.Write(await (await call.Connect(cancel)).AgentsAsync(cancel), AgentListing.All);
                return ExitCodes.Done;
            },
            cancel));
}
