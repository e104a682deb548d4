using System.Diagnostics;

namespace Granary.Benchmarks.HostCalls;

/// <summary>Calls a second, and how long one took in microseconds.</summary>
internal readonly record struct Rate(double PerSecond, double P50, double P99)
{
    private const int SampleEvery = 16;

    /// <summary>Runs callers that each wait for one call before the next; a third of the time before is for warming up.</summary>
    public static async Task<Rate> MeasureAsync(int callers, TimeSpan duration, Func<int, int, Task<int>> call)
    {
        await RunAsync(callers, duration / 3, call);
        var startedAt = Stopwatch.GetTimestamp();
        var results = await RunAsync(callers, duration, call);
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        var samples = results.SelectMany(r => r.Samples).Order().ToArray();
        double At(double share) => samples.Length == 0 ? 0 : samples[(int)(share * (samples.Length - 1))] * 1e6 / Stopwatch.Frequency;
        return new Rate(results.Sum(r => r.Calls) / seconds, At(0.5), At(0.99));
    }

    public static Task<Rate> MeasureAsync(int callers, TimeSpan duration, Func<int, int, ValueTask<int>> call)
        => MeasureAsync(callers, duration, (caller, i) => call(caller, i).AsTask());

    private static Task<(long Calls, List<long> Samples)[]> RunAsync(int callers, TimeSpan duration, Func<int, int, Task<int>> call)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        return Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var samples = new List<long>();
            var calls = 0;
            for (var now = Stopwatch.GetTimestamp(); now < end; now = Stopwatch.GetTimestamp())
            {
                await call(caller, calls);
                if (++calls % SampleEvery == 0)
                    samples.Add(Stopwatch.GetTimestamp() - now);
            }
            return ((long)calls, samples);
        })));
    }
}
