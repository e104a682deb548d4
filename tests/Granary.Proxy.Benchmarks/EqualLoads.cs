using System.Globalization;
using Granary.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Granary.Proxy.Benchmarks;

/// <summary>Six equal backends: how far the busiest and the idlest are from the mean.</summary>
internal static class EqualLoads
{
    public static async Task RunAsync()
    {
        var counts = new int[6];
        var backends = new List<WebApplication>();
        for (var i = 0; i < 6; i++)
        {
            var number = i;
            backends.Add(await Servers.BackendAsync(async context =>
            {
                Interlocked.Increment(ref counts[number]);
                await Task.Delay(10);
                await context.Response.WriteAsync($"b{number}");
            }));
        }
        var (proxy, services) = await Servers.GranaryAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(proxy.Urls.First()) };
        Console.WriteLine("| algorithm | requests | 50% ms | 99% ms | furthest from the mean load |\n| --- | --- | --- | --- | --- |");
        foreach (var algorithm in Enum.GetValues<ServiceAlgorithm>())
        {
            var spec = new ServiceSpec { Name = $"e{(int)algorithm}", Agent = "lab", Algorithm = algorithm, SlowStart = TimeSpan.Zero, AffinityCookie = algorithm == ServiceAlgorithm.ConsistentHashing ? "sid" : "" };
            services.Set(spec, [.. backends.Select((b, i) => new ServiceBackend { Name = $"b{i}", Url = b.Urls.First() })]);
            await OpenLoop.RunAsync(client, $"/services/{spec.Name}", 500, 1); // warm
            Array.Clear(counts);
            var samples = await OpenLoop.RunAsync(client, $"/services/{spec.Name}", 1000, 10);
            var mean = counts.Average();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {Faults.Names(algorithm)} | {samples.Count} | {OpenLoop.Percentile(samples.Select(s => s.Ms), 0.5):0} | {OpenLoop.Percentile(samples.Select(s => s.Ms), 0.99):0} | {counts.Max(c => Math.Abs(c - mean)) / mean * 100:0.0}% |"));
        }
        await proxy.StopAsync();
    }
}
