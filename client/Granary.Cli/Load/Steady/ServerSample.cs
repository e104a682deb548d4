using System.Globalization;
using Granary.Telemetry;

namespace Granary.Cli.Load.Steady;

/// <summary>What a server's process holds at one moment.</summary>
/// <param name="ResidentMiB">Memory of the process.</param>
/// <param name="HeapMiB">Managed heap, as it says itself.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Queued">Tasks that wait in the pool: what grows when the machine no longer keeps up.</param>
/// <param name="P50">Median response time of the interval, ms.</param>
/// <param name="P99">99th percentile of the interval, ms.</param>
internal sealed record ServerSample(double Seconds, double ResidentMiB, double HeapMiB, double Handles, double Threads, int Queued, double P50, double P99)
{
    /// <summary>The measures that must stay flat, with what they may grow by in ten minutes.</summary>
    public static IReadOnlyList<(FlatnessBound Bound, Func<ServerSample, double> Of)> Measures { get; } =
    [
        (new("resident memory", "MiB", 0.10, 16), s => s.ResidentMiB),
        (new("managed heap", "MiB", 0.20, 16), s => s.HeapMiB),
        (new("handles", "", 0, 8), s => s.Handles),
        (new("threads", "", 0, 8), s => s.Threads),
        (new("tasks behind", "", 0, 1000), s => s.Queued),
        (new("p50", "ms", 0.25, 1), s => s.P50),
        (new("p99", "ms", 0.50, 5), s => s.P99),
    ];

    public static async Task<ServerSample> TakeAsync(int pid, HttpClient http, double seconds, LogLinearHistogram interval, int queued, CancellationToken cancel)
    {
        var (resident, threads) = (0.0, 0.0);
        foreach (var line in await File.ReadAllLinesAsync($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status", cancel))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal)) resident = Number(line[6..].Replace("kB", "", StringComparison.Ordinal)) / 1024;
            if (line.StartsWith("Threads:", StringComparison.Ordinal)) threads = Number(line[8..]);
        }
        var heap = 0.0;
        foreach (var line in (await http.GetStringAsync("metrics", cancel)).Split('\n'))
            if (line.StartsWith("dotnet_gc_heap_bytes ", StringComparison.Ordinal)) heap = Number(line[21..]) / (1024 * 1024);
        var handles = Directory.EnumerateFileSystemEntries($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd").Count();
        return new ServerSample(seconds, resident, heap, handles, threads, queued, interval.Percentile(0.5) / 1000.0, interval.Percentile(0.99) / 1000.0);
    }

    private static double Number(string text) => double.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
