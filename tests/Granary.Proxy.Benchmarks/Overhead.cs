using System.Diagnostics;
using System.Globalization;
using Granary.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Granary.Proxy.Benchmarks;

/// <summary>A small answer directly, through YARP as it comes, and through Granary's proxy: in turns, medians of the rounds.</summary>
internal static class Overhead
{
    private const int Rounds = 5;

    public static async Task RunAsync()
    {
        var backends = new List<WebApplication>();
        for (var i = 0; i < 4; i++) backends.Add(await Servers.BackendAsync(context => context.Response.WriteAsync("pong")));
        var urls = backends.Select(b => b.Urls.First()).ToArray();
        var (proxy, services) = await Servers.GranaryAsync();
        foreach (var algorithm in Enum.GetValues<ServiceAlgorithm>())
            services.Set(new ServiceSpec { Name = $"{algorithm}", Agent = "lab", Algorithm = algorithm, SlowStart = TimeSpan.Zero }, [.. urls.Select((u, i) => new ServiceBackend { Name = $"b{i}", Url = u })]);
        var two = await Servers.YarpAsync("PowerOfTwoChoices", urls);
        var turns = await Servers.YarpAsync("RoundRobin", urls);
        (string Name, string Url)[] ways =
        [
            ("direct", urls[0] + "/"), ("YARP, round robin", turns.Urls.First() + "/"), ("YARP, power of two", two.Urls.First() + "/"),
            .. Enum.GetValues<ServiceAlgorithm>().Select(a => ($"Granary, {Faults.Names(a)}", $"{proxy.Urls.First()}/services/{a}/")),
        ];
        var results = ways.ToDictionary(w => w.Name, _ => new List<(double P50, double P99, double Rate)>());
        using var client = new HttpClient();
        foreach (var (_, url) in ways) await MeasureAsync(client, url, 8, TimeSpan.FromSeconds(1)); // warm
        for (var round = 0; round < Rounds; round++)
            foreach (var (name, url) in ways)
            {
                var alone = await MeasureAsync(client, url, 1, TimeSpan.FromSeconds(0.8));
                var many = await MeasureAsync(client, url, 16, TimeSpan.FromSeconds(0.8));
                results[name].Add((alone.P50, alone.P99, many.Rate));
            }
        Console.WriteLine("| way | 50% us | 99% us | requests/s at 16 | of direct |\n| --- | --- | --- | --- | --- |");
        var direct = Median(results["direct"].Select(r => r.Rate));
        foreach (var (name, _) in ways)
        {
            var rows = results[name];
            var rate = Median(rows.Select(r => r.Rate));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Median(rows.Select(r => r.P50)):0} | {Median(rows.Select(r => r.P99)):0} | {rate:0} | {rate / direct:0.00} |"));
        }
        await proxy.StopAsync();
    }

    private static double Median(IEnumerable<double> values) => OpenLoop.Percentile(values, 0.5);

    private static async Task<(double P50, double P99, double Rate)> MeasureAsync(HttpClient client, string url, int callers, TimeSpan lasting)
    {
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            var took = new List<double>();
            while (clock.Elapsed < lasting)
            {
                var begun = Stopwatch.GetTimestamp();
                using var answer = await client.GetAsync(url);
                answer.EnsureSuccessStatusCode();
                await answer.Content.CopyToAsync(Stream.Null);
                took.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
            }
            return took;
        }));
        var times = all.SelectMany(t => t).ToArray();
        return (OpenLoop.Percentile(times, 0.5), OpenLoop.Percentile(times, 0.99), times.Length / clock.Elapsed.TotalSeconds);
    }
}
