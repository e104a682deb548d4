using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Granary.Rest.Events;

namespace Granary.Rest.Metrics;

/// <summary>The server process and its HTTP face as Prometheus families.</summary>
internal static class ServerMetrics
{
    private static readonly string Version =
        typeof(ServerMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Write(PrometheusText text, RequestTally tally, OpenStreams streams)
    {
        Requests(text, tally);
        One("granary_http_streams_open", "gauge", "Event streams and followed logs open now.", streams.Count);
        text.Family("granary_build_info", "gauge", "Always 1; the label says which build runs.").Sample("granary_build_info", 1, ("version", Version));

        using var process = Process.GetCurrentProcess();
        One("process_cpu_seconds_total", "counter", "User and system CPU time.", process.TotalProcessorTime.TotalSeconds);
        One("process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64);
        One("process_virtual_memory_bytes", "gauge", "Virtual memory.", process.VirtualMemorySize64);
        One("process_start_time_seconds", "gauge", "When the process started, Unix time.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        if (Directory.Exists("/proc/self/fd"))
            One("process_open_fds", "gauge", "Open file descriptors.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        One("dotnet_gc_heap_bytes", "gauge", "Managed heap.", GC.GetTotalMemory(false));
        One("dotnet_threadpool_threads", "gauge", "Threads of the thread pool.", ThreadPool.ThreadCount);
        One("dotnet_threadpool_queue_length", "gauge", "Work items that wait for a thread.", ThreadPool.PendingWorkItemCount);
        text.Family("dotnet_gc_collections_total", "counter", "Garbage collections by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Sample("dotnet_gc_collections_total", GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));

        void One(string name, string type, string help, double value) => text.Family(name, type, help).Sample(name, value);
    }

    private static void Requests(PrometheusText text, RequestTally tally)
    {
        text.Family("granary_http_requests_total", "counter", "Requests by route template, method and status code.");
        foreach (var (route, method, code, count) in tally.Requests())
            text.Sample("granary_http_requests_total", count, ("route", route), ("method", method), ("code", code.ToString(CultureInfo.InvariantCulture)));

        const string Duration = "granary_http_request_duration_seconds";
        text.Family(Duration, "histogram", "Time to answer by route template, without streams.");
        foreach (var (route, durations) in tally.Durations())
        {
            var (counts, sum) = durations.Read();
            for (var i = 0; i < counts.Length; i++)
                text.Sample($"{Duration}_bucket", counts[i], ("route", route), ("le", i < RequestTally.Bounds.Length ? PrometheusText.Number(RequestTally.Bounds[i]) : "+Inf"));
            text.Sample($"{Duration}_sum", sum, ("route", route)).Sample($"{Duration}_count", counts[^1], ("route", route));
        }
    }
}
