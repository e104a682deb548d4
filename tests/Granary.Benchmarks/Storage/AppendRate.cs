using System.Diagnostics;
using System.Globalization;
using Granary.Storage;

namespace Granary.Benchmarks.Storage;

/// <summary>Callers that each append to a pool of their own, one record after the other.</summary>
internal static class AppendRate
{
    public static async Task<(double Rate, string Note)> Measure(IPoolStore store, Func<long> commits, TimeSpan time, int callers, int bytes, int finished)
    {
        var latencies = new List<double>[callers];
        var before = commits();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            // a pool that was written before goes on: only the first measurement of a store begins at 1
            var pool = $"p{caller}";
            var last = (await store.OpenAsync(pool)).LastSequence;
            var payload = new byte[bytes];
            new Random(caller).NextBytes(payload);
            var mine = latencies[caller] = [];
            for (var sequence = last + 1; clock.Elapsed < time; sequence++)
            {
                var tasks = SampleTasks.Range(pool, (sequence - 1) * finished + 1, finished);
                var begun = Stopwatch.GetTimestamp();
                await store.AppendAsync(new PoolAppend(pool, sequence, payload, tasks));
                mine.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
            }
        })));
        var wall = clock.Elapsed.TotalSeconds;
        var all = latencies.SelectMany(l => l).Order().ToArray();
        return (all.Length / wall, string.Create(CultureInfo.InvariantCulture,
            $"{(finished > 1 ? $", {all.Length * finished / wall:N0} tasks a second" : "")}; median {all[all.Length / 2]:N0} us, p99 {all[all.Length * 99 / 100]:N0} us; {(double)all.Length / (commits() - before):N1} a commit"));
    }
}
