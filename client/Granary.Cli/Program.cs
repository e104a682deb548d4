using System.Runtime.InteropServices;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;
using Granary.Cli.Tracing;
using Granary.Client;

namespace Granary.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (ServerCommands.IsShim(args)) return ServerCommands.Shim(args);
        Detached.BecomeIfAsked(args);
        using var interrupted = new CancellationTokenSource();
        // The first signal asks for a clean end; the second is the system's own.
        void Interrupt(PosixSignalContext context)
        {
            if (interrupted.IsCancellationRequested) return;
            context.Cancel = true;
            interrupted.Cancel();
        }

        using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        var application = new Application(
            Surroundings.OfProcess(),
            (server, cancel) => GranaryClient.ConnectAsync(server.ToOptions(), cancel));
        using var trace = CommandTrace.Begin(args, Environment.GetEnvironmentVariable);
        var code = await application.Run(args, interrupted.Token);
        trace?.Exited(code);
        return code;
    }
}
