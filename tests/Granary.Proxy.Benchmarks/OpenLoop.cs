using System.Collections.Concurrent;
using System.Diagnostics;

namespace Granary.Proxy.Benchmarks;

/// <param name="At">When it was sent, seconds from the beginning.</param>
/// <param name="Ms">How long it took.</param>
/// <param name="Backend">Who answered; empty for nobody.</param>
internal readonly record struct Sample(double At, double Ms, bool Succeeded, string Backend);

/// <summary>Sends requests at times that do not depend on answers: Poisson arrivals from a seed.</summary>
internal static class OpenLoop
{
    public static async Task<IReadOnlyList<Sample>> RunAsync(HttpClient client, string path, double perSecond, double seconds, Func<double, Task>? tick = null)
    {
        var (random, samples, under) = (new Random(1), new ConcurrentBag<Sample>(), new List<Task>());
        var clock = Stopwatch.StartNew();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var next = 0.0; next < seconds;)
        {
            await ticks.WaitForNextTickAsync();
            if (tick is not null) await tick(clock.Elapsed.TotalSeconds);
            for (; next <= clock.Elapsed.TotalSeconds && next < seconds; next += -Math.Log(1 - random.NextDouble()) / perSecond) under.Add(SendAsync());
        }
        await Task.WhenAll(under);
        return [.. samples.OrderBy(s => s.At)];

        async Task SendAsync()
        {
            var begun = clock.Elapsed;
            try
            {
                using var answer = await client.GetAsync(path);
                var text = await answer.Content.ReadAsStringAsync();
                samples.Add(new(begun.TotalSeconds, (clock.Elapsed - begun).TotalMilliseconds, answer.IsSuccessStatusCode, answer.IsSuccessStatusCode ? text : ""));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                samples.Add(new(begun.TotalSeconds, (clock.Elapsed - begun).TotalMilliseconds, false, ""));
            }
        }
    }

    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
