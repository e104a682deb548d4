using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>down</c>: stops this machine's server in good order. Nothing to stop is no error.</summary>
internal static class DownCommand
{
    public static Command Create(CommandScope scope)
    {
        var data = new ServerPlace().Data;
        return scope.Does(new Command("down", "stop this machine's server in good order") { data }, async (call, cancel) =>
        {
            if (call.Server is not null) throw GranaryException.Refused("down stops the server of this machine; run it on the machine whose server is meant, without --server");
            var server = new LocalServer(call.Get(data));
            var record = await LocalServerProcess.Stop(server, cancel);
            if (record is null) call.Note($"no server runs on {server.DataDirectory}");
            else call.Out.WriteLine($"server {record.Gateway} (process {record.Pid}) has stopped");
            return ExitCodes.Done;
        });
    }
}
