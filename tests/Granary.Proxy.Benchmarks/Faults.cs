using System.Globalization;
using Granary.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Granary.Proxy.Benchmarks;

/// <summary>Six backends with exponential times of 10 ms in the mean; b2 takes ten times as long, b4 answers 503 at once from second 4 to 8. One row an algorithm.</summary>
internal static class Faults
{
    private const double Rate = 250;
    private const double Seconds = 16;
    private const double From = 4;
    private const double To = 8;

    /// <param name="only">One algorithm; null for all.</param>
    public static async Task RunAsync(string? only)
    {
        var failing = false;
        var arrived = new System.Collections.Concurrent.ConcurrentQueue<(double At, int Backend)>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var backends = new List<WebApplication>();
        for (var i = 0; i < 6; i++)
        {
            var (number, random) = (i, new Random(i));
            backends.Add(await Servers.BackendAsync(async context =>
            {
                if (context.Request.Path == "/health")
                {
                    if (number == 4 && Volatile.Read(ref failing)) context.Response.StatusCode = 503;
                    return;
                }
                arrived.Enqueue((clock.Elapsed.TotalSeconds, number));
                if (number == 4 && Volatile.Read(ref failing))
                {
                    context.Response.StatusCode = 503;
                    return;
                }
                double draw;
                lock (random) draw = random.NextDouble();
                await Task.Delay(TimeSpan.FromMilliseconds(-Math.Log(1 - draw) * (number == 2 ? 100 : 10)));
                await context.Response.WriteAsync($"b{number}");
            }));
        }
        var (proxy, services) = await Servers.GranaryAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(proxy.Urls.First()), Timeout = TimeSpan.FromSeconds(10) };
        Console.WriteLine("| algorithm | with | 50% ms | 99% ms | errors | to b2 | errors over after | back in use after |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var algorithm in Enum.GetValues<ServiceAlgorithm>().Where(a => only is null || a.ToString() == only))
            foreach (var health in new[] { false, true })
            {
                var spec = new ServiceSpec
                {
                    Name = $"s{(int)algorithm}{(health ? "h" : "b")}",
                    Agent = "lab",
                    Algorithm = algorithm,
                    AffinityCookie = algorithm == ServiceAlgorithm.ConsistentHashing ? "sid" : "", // each request a session of its own
                    PassiveChecks = health,
                    Attempts = health ? 3 : 1,
                    SlowStart = health ? TimeSpan.FromSeconds(2) : TimeSpan.Zero,
                    Probe = health ? new ServiceProbe("/health", TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1)) : null,
                };
                services.Set(spec, [.. backends.Select((b, i) => new ServiceBackend { Name = $"b{i}", Url = b.Urls.First() })]);
                arrived.Clear();
                var began = clock.Elapsed.TotalSeconds;
                var samples = await OpenLoop.RunAsync(client, $"/services/{spec.Name}", Rate, Seconds, at =>
                {
                    Volatile.Write(ref failing, at is >= From and < To);
                    return Task.CompletedTask;
                });
                var loads = arrived.Select(a => (At: a.At - began, a.Backend)).ToArray();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {Names(algorithm)} | {(health ? "health and retries" : "bare")} | {OpenLoop.Percentile(samples.Select(s => s.Ms), 0.5):0} | {OpenLoop.Percentile(samples.Select(s => s.Ms), 0.99):0} | {samples.Count(s => !s.Succeeded) * 100.0 / samples.Count:0.00}% | {loads.Count(l => l.Backend == 2) * 100.0 / loads.Length:0.0}% | {ErrorsOver(samples)} | {BackInUse(loads)} |"));
            }
        await proxy.StopAsync();
    }

    internal static string Names(ServiceAlgorithm algorithm) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(algorithm.ToString()).Replace('_', ' ');

    /// <summary>How long after the fault began a second begins with under 1% of errors.</summary>
    private static string ErrorsOver(IReadOnlyList<Sample> samples) => First(From, To, at =>
    {
        var second = samples.Where(s => s.At >= at && s.At < at + 1).ToArray();
        return second.Count(s => !s.Succeeded) * 100 < second.Length;
    });

    /// <summary>How long after the fault ended a second begins in which b4 gets 80% of the median.</summary>
    private static string BackInUse((double At, int Backend)[] loads) => First(To, Seconds, at =>
    {
        var counts = new int[6];
        foreach (var load in loads)
            if (load.At >= at && load.At < at + 1) counts[load.Backend]++;
        return counts[4] >= 0.8 * counts.Order().ElementAt(3);
    });

    private static string First(double from, double to, Func<double, bool> holds)
    {
        for (var at = from; at + 1 <= to; at += 0.1)
            if (holds(at)) return string.Create(CultureInfo.InvariantCulture, $"{at - from:0.0} s");
        return "not";
    }
}
