using System.Diagnostics;
using System.Globalization;

namespace Granary.Caching.Benchmarks;

/// <summary>
/// <c>logs URL POOL/NUMBER</c>: reads of an ended task's output over REST from a running server, kept ones (offset 0) beside ones that the node is asked
/// for (a new offset each), in rounds that take turns.
/// </summary>
internal static class LogsProgram
{
    private const int Rounds = 7;
    private const int Reads = 800;

    public static async Task<int> RunAsync(string url, string task)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        var offset = 0;
        foreach (var clients in new[] { 1, 8 })
        {
            var rates = new Dictionary<bool, List<double>> { [false] = [], [true] = [] };
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var kept in new[] { false, true })
                {
                    var began = Stopwatch.GetTimestamp();
                    await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
                    {
                        for (var i = 0; i < Reads / clients; i++)
                            await http.GetByteArrayAsync($"/api/tasks/{task}/logs?offset={(kept ? 0 : Interlocked.Increment(ref offset))}");
                    }));
                    rates[kept].Add(Reads / Stopwatch.GetElapsedTime(began).TotalSeconds);
                }
            }
            double Median(bool kept) => rates[kept].Order().ElementAt(Rounds / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{clients} clients: {Median(false):0} reads a second asked for, {Median(true):0} kept, ratio {Median(true) / Median(false):0.00}"));
        }
        return 0;
    }
}
