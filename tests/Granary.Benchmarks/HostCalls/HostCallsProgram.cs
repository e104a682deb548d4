using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;

namespace Granary.Benchmarks.HostCalls;

/// <summary>Grain calls a second: in process, and from another process by the gateway; beside what they are made of.</summary>
internal static class HostCallsProgram
{
    private const string Serve = "serve";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [Serve, var gateway, var echo])
            return await ServeAsync(Port(gateway), Port(echo));
        Console.WriteLine($"{Environment.ProcessorCount} cores, {Environment.OSVersion}, .NET {Environment.Version}");
        Console.WriteLine($"{"what",-58} {"a second",14} {"p50 us",9} {"p99 us",9}");
        await InProcessAsync();
        await AcrossProcessesAsync();
        return 0;
    }

    private static async Task InProcessAsync()
    {
        var plain = new PlainPing();
        Print("baseline: awaited interface call, 1 caller", await Rate.MeasureAsync(1, Duration, (_, i) => plain.Ping(i)));
        await using var channels = new ChannelPing(64);
        Print("baseline: channel round trip, 64 callers", await Rate.MeasureAsync(64, Duration, channels.Ping));

        using var host = await StartSiloAsync(0, 0);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        Print("client to grain, 1 caller", await Rate.MeasureAsync(1, Duration, Caller(grains, 1)));
        Print("client to grain, 64 callers, a grain each", await Rate.MeasureAsync(64, Duration, Caller(grains, 64)));
        Print("client to grain, 64 callers, one grain", await Rate.MeasureAsync(64, Duration, Caller(grains, 1)));
        Print("grain to grain, 64 callers, a grain each", await GrainToGrainAsync(grains, 64));
        await host.StopAsync();
    }

    private static async Task AcrossProcessesAsync()
    {
        var (gateway, echo) = (Ports.Free(), Ports.Free());
        using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "host-calls", Serve, $"{gateway}", $"{echo}" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            await server.StandardOutput.ReadLineAsync();
            await using var raw = await EchoClient.ConnectAsync(echo, 100);
            Print("baseline: TCP echo of 64 bytes, 100 callers, 1 connection", await Rate.MeasureAsync(100, Duration, raw.Ping));
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway));
            using var host = builder.Build();
            await host.StartAsync();
            var grains = host.Services.GetRequiredService<IClusterClient>();
            Print("gateway, another process, 1 caller", await Rate.MeasureAsync(1, Duration, Caller(grains, 1)));
            Print("gateway, another process, 100 callers", await Rate.MeasureAsync(100, Duration, Caller(grains, 100)));
            await host.StopAsync();
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    private static Func<int, int, Task<int>> Caller(IGrainFactory factory, int count)
    {
        var grains = Enumerable.Range(0, count).Select(i => factory.GetGrain<IPingGrain>($"g{i}")).ToArray();
        return (caller, i) => grains[caller % count].Ping(i);
    }

    private static async Task<Rate> GrainToGrainAsync(IGrainFactory factory, int callers)
    {
        const int Calls = 50_000;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => factory.GetGrain<ICallerGrain>($"c{i}").Call($"g{i}", 1000)));
        var startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => factory.GetGrain<ICallerGrain>($"c{i}").Call($"g{i}", Calls)));
        return new Rate(callers * (double)Calls / Stopwatch.GetElapsedTime(startedAt).TotalSeconds, 0, 0);
    }

    private static async Task<int> ServeAsync(int gateway, int echo)
    {
        using var host = await StartSiloAsync(Ports.Free(), gateway);
        using var server = EchoServer.Start(echo);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
        await host.StopAsync();
        return 0;
    }

    private static async Task<IHost> StartSiloAsync(int silo, int gateway)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(s => s.UseLocalhostClustering(silo == 0 ? Ports.Free() : silo, gateway));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Print(string what, Rate rate) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what,-58} {rate.PerSecond,14:N0} {(rate.P50 > 0 ? $"{rate.P50:F1}" : "-"),9} {(rate.P99 > 0 ? $"{rate.P99:F1}" : "-"),9}"));
}
