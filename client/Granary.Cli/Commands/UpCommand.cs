using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;

namespace Granary.Cli.Commands;

/// <summary><c>up</c>: the server, in the foreground or with <c>--detach</c> in the background.</summary>
internal static class UpCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new ServerPlace();
        var listen = new Option<string?>("--listen") { Description = "address to listen on (default: loopback only)", HelpName = "HOST" };
        var certificate = new Option<string?>("--tls-certificate") { Description = "PEM file of the server's certificate; beyond loopback one is needed", HelpName = "FILE" };
        var key = new Option<string?>("--tls-key") { Description = "PEM file of its private key", HelpName = "FILE" };
        var selfSigned = new Option<bool>("--tls-self-signed") { Description = "a certificate of the server's own, which clients know by its fingerprint" };
        var noNode = new Option<bool>("--no-node") { Description = "without a node agent of its own" };
        var detach = new Option<bool>("--detach", "-d") { Description = "in the background; returns once it answers" };
        var detached = new Option<bool>(Detached.Option) { Hidden = true };
        return scope.Does(
            new Command("up", "the server, with a node agent for this machine") { options.Data, listen, options.GatewayPort, options.HttpPort, certificate, key, selfSigned, noNode, detach, detached },
            async (call, cancel) =>
            {
                var up = options.Read(call) with
                {
                    Listen = call.Get(listen),
                    NoNode = call.Get(noNode),
                    TlsCertificate = call.Get(certificate),
                    TlsKey = call.Get(key),
                    TlsSelfSigned = call.Get(selfSigned),
                };
                if (!call.Get(detach)) return await ServerCommands.Up(up, cancel);
                var record = await LocalServerProcess.Start(up, cancel);
                call.Out.WriteLine($"server {record.Gateway} runs as process {record.Pid} ({record.Http}); 'granary down' stops it");
                return ExitCodes.Done;
            });
    }
}

/// <summary>Where a server of this machine is and listens: options that <c>up</c> and <c>run</c> share.</summary>
internal sealed class ServerPlace
{
    public Option<string?> Data { get; } = new("--data") { Description = "its data directory (default: GRANARY_DATA_DIR, else the system's place for it)", HelpName = "DIR" };

    public Option<int?> GatewayPort { get; } = new("--gateway-port") { Description = "default 7411; 0 for any that is free", HelpName = "N" };

    public Option<int?> HttpPort { get; } = new("--http-port") { Description = "default 7410; 0 for any that is free", HelpName = "N" };

    public ServerPlace()
    {
        GatewayPort.Validators.Add(Parse.Port("--gateway-port"));
        HttpPort.Validators.Add(Parse.Port("--http-port"));
    }

    public UpOptions Read(Call call) => new()
    {
        DataDirectory = call.Get(Data),
        GatewayPort = call.Get(GatewayPort),
        HttpPort = call.Get(HttpPort),
    };
}
