using Granary.Grains;
using Granary.Memory.Leaks;
using Granary.Memory.Tests;
using Granary.Silo.Memory;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Tests.Memory;

/// <summary>The server's own leak watch from sizes to its log, in driven time: one look each 30 seconds.</summary>
public sealed class MemoryWatchTests
{
    private const double Mebibyte = 1 << 20;
    private const int OfAnHour = 120;

    [Fact]
    public void A_size_that_keeps_growing_is_told_of_once_an_hour()
    {
        var watched = new Watched(sample => ("heap after collection", 100 * Mebibyte + sample * Mebibyte));
        watched.Pass(29);
        Assert.Empty(watched.Log.Lines);
        watched.Pass(1);
        var (level, text) = Assert.Single(watched.Log.Lines);
        Assert.Equal(LogLevel.Warning, level);
        Assert.StartsWith($"The server's heap after collection keeps growing: {130 * Mebibyte:0} now, {OfAnHour * Mebibyte:0} an hour, 25% over the last 60 minutes", text, StringComparison.Ordinal);
        watched.Pass(OfAnHour - 1);
        Assert.Single(watched.Log.Lines);
        watched.Pass(1);
        Assert.Equal(2, watched.Log.Lines.Count);
    }

    [Theory]
    [InlineData("flat")]
    [InlineData("noise")]
    [InlineData("saw")]
    [InlineData("one jump")]
    [InlineData("falls")]
    public void A_size_that_does_not_is_not_told_of(string shape)
    {
        var random = new Random(5);
        var watched = new Watched(sample => ("resident memory", 100 * Mebibyte + Mebibyte * shape switch
        {
            "flat" => 0,
            "noise" => random.Next(20),
            "saw" => sample % 10 * 4,
            "one jump" => sample > 60 ? 80 : 0,
            _ => -sample / 4.0,
        }));
        watched.Pass(2 * OfAnHour);
        Assert.Empty(watched.Log.Lines);
    }

    [Fact]
    public void Two_that_grow_are_told_of_each_by_itself()
    {
        var watched = new Watched(sample => (sample % 2 == 0 ? "threads" : "timers", 100 + sample));
        watched.Pass(2 * 30);
        Assert.Equal(["threads", "timers"], watched.Log.Lines.Select(line => line.Text.Split(' ')[2]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void With_leaks_not_looked_for_sizes_are_not_noted()
    {
        var watched = new Watched(sample => ("heap after collection", sample * Mebibyte), TimeSpan.Zero);
        watched.Pass(60);
        Assert.Empty(watched.Log.Lines);
        Assert.Equal(0, watched.Samples);
    }

    [Fact]
    public async Task The_running_server_looks_by_its_clock()
    {
        var (time, looks) = (new ManualTime(), 0);
        using var watch = new MemoryWatch(
            new MemorySettings { Every = TimeSpan.FromSeconds(1), LeakEvery = TimeSpan.FromSeconds(3) }, () => default, _ => _ => Interlocked.Increment(ref looks), new AdmissionGate(), () => 0, time, new ListedLog());
        await watch.StartAsync(CancellationToken.None);
        // it may begin to wait for its timer later than the clock moves
        Assert.True(SpinWait.SpinUntil(() =>
        {
            time.Advance(1);
            return Volatile.Read(ref looks) >= 4;
        }, TimeSpan.FromSeconds(20)), $"sizes were noted {looks} times");
        await watch.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>What the server gives the watch: a file that is opened at each look and never closed.</summary>
    [Fact]
    public void The_servers_own_sizes_show_a_leak_of_descriptors()
    {
        var watch = new LeakWatch(new LeakRules { Samples = 30, Warmup = 20 });
        var sizes = new ServerSizes(watch);
        var open = new List<FileStream>();
        var path = Path.GetTempFileName();
        try
        {
            for (var look = 1; look <= 30; look++)
            {
                for (var i = 0; i < 10; i++) open.Add(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                sizes.Observe(look);
            }
            var suspect = Assert.Single(watch.Suspects(), found => found.Name == "descriptors");
            Assert.InRange(suspect.Now, 300, 100_000);
            Assert.InRange(suspect.Trend.PerSecond, 8, 12);
        }
        finally
        {
            foreach (var file in open) file.Dispose();
            File.Delete(path);
        }
    }

    private sealed class Watched
    {
        private static readonly TimeSpan Each = TimeSpan.FromSeconds(30);

        private readonly ManualTime _time = new();
        private readonly MemoryWatch _watch;

        public Watched(Func<int, (string Name, double Size)> size, TimeSpan? leakEvery = null)
        {
            var settings = new MemorySettings { Every = Each, LeakEvery = leakEvery ?? Each };
            _watch = new MemoryWatch(settings, () => default, leaks => seconds =>
            {
                var (name, now) = size(++Samples);
                leaks.Observe(name, seconds, now);
            }, new AdmissionGate(), () => 0, _time, Log);
        }

        public ListedLog Log { get; } = new();

        public int Samples { get; private set; }

        public void Pass(int looks)
        {
            for (var i = 0; i < looks; i++)
            {
                _time.Advance(Each.TotalSeconds);
                _watch.Look();
            }
        }
    }
}
