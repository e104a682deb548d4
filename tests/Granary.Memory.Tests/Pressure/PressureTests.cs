using Granary.Memory.Pressure;

namespace Granary.Memory.Tests.Pressure;

public sealed class PressureTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("granary-pressure-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Parts in use a second apart, and the levels: a digit each.</summary>
    [Theory]
    [InlineData("0.5 0.8 0.9 0.95 0.5 0.5", "0 1 2 3 3 3", 10)]
    [InlineData("0.96 0.5 0.5 0.5 0.5 0.5 0.5 0.5", "3 3 2 2 1 1 0 0", 2)]
    [InlineData("0.81 0.79 0.81 0.79 0.78 0.77 0.76", "1 1 1 1 1 1 1", 1)]
    [InlineData("0.81 0.7 0.81 0.7 0.7 0.7", "1 1 1 1 0 0", 2)]
    [InlineData("0.5 0.99", "0 3", 10)]
    public void Levels_rise_at_once_and_fall_one_by_one_when_it_is_calm(string used, string levels, int calm)
    {
        var state = new PressureState(new() { Calm = TimeSpan.FromSeconds(calm) });
        var seen = used.Split(' ').Select((text, second) => (int)state.Observe(new MemoryReading(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture), double.NaN, double.NaN), TimeSpan.FromSeconds(second)));
        Assert.Equal(levels, string.Join(' ', seen));
    }

    [Theory]
    [InlineData(0.1, 0.06, 0.1, 1)]
    [InlineData(0.1, 0.6, 0.1, 3)]
    [InlineData(0.1, 0, 0.91, 2)]
    [InlineData(double.NaN, double.NaN, double.NaN, 0)]
    public void The_worst_of_what_is_known_counts(double used, double stalled, double collector, int level) =>
        Assert.Equal((PressureLevel)level, new PressureState(new()).Observe(new MemoryReading(used, stalled, collector), TimeSpan.Zero));

    [Fact]
    public void Actions_run_from_their_level_on_and_one_that_throws_keeps_none_from_running()
    {
        var (used, time, done, changes) = (0.5, new ManualTime(), new List<string>(), new List<string>());
        var pressure = new MemoryPressure(() => new MemoryReading(used, double.NaN, double.NaN), new() { Calm = TimeSpan.FromSeconds(1) }, time);
        using var shed = pressure.At(PressureLevel.High, "shed", () => Did("shed", 0));
        using var compress = pressure.At(PressureLevel.Medium, "compress", () => Did("compress", 100));
        using var broken = pressure.At(PressureLevel.Low, "broken", () => throw new InvalidOperationException("x"));
        var trim = pressure.At(PressureLevel.Low, "trim", () => Did("trim", 10));
        using var told = pressure.OnChange((before, after) => changes.Add($"{(int)before}{(int)after}"));
        using var callbackThatThrows = pressure.OnChange((_, _) => throw new InvalidOperationException("y"));
        Assert.Empty(pressure.Look());
        used = 0.85;
        pressure.Look();
        Assert.Equal(["trim"], done);
        used = 0.97;
        Assert.Equal([("broken", null), ("trim", 10L), ("compress", 100L), ("shed", 0L)], pressure.Look());
        trim.Dispose();
        used = 0.1;
        foreach (var _ in Enumerable.Range(0, 3))
        {
            time.Advance(1.1);
            pressure.Look();
        }
        Assert.Equal(["01", "13", "32", "21", "10"], changes);
        // each of the two looks in between: broken and compress, then broken alone
        Assert.Equal(["trim", "trim", "compress", "shed", "compress"], done);
        Assert.Equal((9L, 4 + 5L, 220L, 5L), pressure.Counts);

        long Did(string what, long freed)
        {
            done.Add(what);
            return freed;
        }
    }

    [Fact]
    public void A_control_group_and_the_machine_are_read()
    {
        Put("proc/meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  600 kB\n");
        Put("proc/pressure/memory", "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        var probe = new MemoryProbe(_root);
        Assert.Equal((0.4, 0.125), (Math.Round(probe.Read().Used, 9), probe.Read().Stalled));
        Put("proc/self/cgroup", "0::/a/b\n");
        Put("sys/fs/cgroup/a/b/memory.current", "900\n");
        Put("sys/fs/cgroup/a/b/memory.max", "1000\n");
        Put("sys/fs/cgroup/a/b/memory.stat", "anon 1\ninactive_file 150\n");
        Assert.Equal(0.75, probe.Read().Used, 9);
        Put("sys/fs/cgroup/a/b/memory.max", "max\n");
        Assert.Equal(0.4, probe.Read().Used, 9);
        Put("proc/self/cgroup", "9:memory:/m\n0::/a/b\n");
        Put("sys/fs/cgroup/memory/m/memory.usage_in_bytes", "80");
        Put("sys/fs/cgroup/memory/m/memory.limit_in_bytes", "100");
        Assert.Equal(0.8, probe.Read().Used, 9);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MemTotal: many kB\nMemAvailable:\n")]
    [InlineData("MemTotal: 0 kB\nMemAvailable: 5 kB\n")]
    public void Garbled_files_are_not_known(string meminfo)
    {
        Put("proc/meminfo", meminfo);
        Put("proc/pressure/memory", "some avg10=");
        Put("proc/self/cgroup", "nonsense\n0::\n");
        var reading = new MemoryProbe(_root).Read();
        Assert.Equal((double.NaN, double.NaN), (reading.Used, reading.Stalled));
    }

    [Fact]
    public void This_machine_can_be_read() => Assert.InRange(new MemoryProbe().Read().Collector, 0, 1);

    private void Put(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
