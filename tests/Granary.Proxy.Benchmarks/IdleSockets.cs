using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using Granary.Model;
using Microsoft.Extensions.Hosting;

namespace Granary.Proxy.Benchmarks;

/// <summary>What an open WebSocket that nobody uses costs the proxy, which is a process of its own here: resident memory before and with them.</summary>
internal static class IdleSockets
{
    private const int Count = 1500;

    public static async Task RunAsync()
    {
        var backend = await Servers.BackendAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            try
            {
                var buffer = new byte[16];
                for (WebSocketReceiveResult got; (got = await socket.ReceiveAsync(buffer, default)).MessageType != WebSocketMessageType.Close;) await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, default);
            }
            catch (WebSocketException)
            {
                // closed
            }
        });
        using var proxy = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["sockets-proxy", backend.Urls.First()]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            var url = (await proxy.StandardOutput.ReadLineAsync())!;
            var sockets = new List<ClientWebSocket>();
            await OpenAsync(200); // what is made once is there
            var before = Resident(proxy.Id);
            await OpenAsync(Count);
            var with = Resident(proxy.Id);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Count} idle WebSockets: {(with - before) / (double)Count:0.0} KiB of the proxy's resident memory each ({before / 1024} MiB before, {with / 1024} MiB with them)"));

            async Task OpenAsync(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    var socket = new ClientWebSocket();
                    socket.Options.KeepAliveInterval = TimeSpan.Zero;
                    await socket.ConnectAsync(new Uri(url.Replace("http", "ws", StringComparison.Ordinal) + "/services/s"), default);
                    await socket.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, true, default);
                    await socket.ReceiveAsync(new byte[16], default);
                    sockets.Add(socket);
                }
                using var rest = new PeriodicTimer(TimeSpan.FromSeconds(3));
                await rest.WaitForNextTickAsync();
            }
        }
        finally
        {
            proxy.Kill();
        }
    }

    public static async Task ProxyAsync(string backend)
    {
        var (app, services) = await Servers.GranaryAsync();
        services.Set(new ServiceSpec { Name = "s", Agent = "lab" }, [new ServiceBackend { Name = "b", Url = backend }]);
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
    }

    private static long Resident(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
