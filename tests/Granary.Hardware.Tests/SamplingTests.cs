namespace Granary.Hardware.Tests;

public sealed class SamplingTests
{
    private static string Stat(int user, int idle) => $"cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0";

    [Fact]
    public void A_sample_says_how_busy_the_machine_was_since_the_one_before()
    {
        using var tree = RecordedTree.TwoSockets().With("/proc/stat", Stat(100, 100)).With("/proc/loadavg", "1.25 0.5 0.25 3/210 4711");
        var sampler = new MachineSampler(tree.Root, Path.GetTempPath(), TimeProvider.System);
        tree.With("/proc/stat", Stat(175, 125));

        var sample = sampler.Sample();

        Assert.Equal((0.75, 1), (Math.Round(sample.CpuUtilization, 6), sample.Cores));
        Assert.Equal((65536, 32768), (sample.MemoryTotalMiB, sample.MemoryUsedMiB));
        Assert.Equal((1.25, 210), (sample.Load1, sample.Processes));
        Assert.True(sample.DiskFreeMiB > 0);
        Assert.Equal(0, sampler.Sample().CpuUtilization);
    }

    [Theory]
    [InlineData("cpu  10 20 30 40 50 60 70 80 90 100", 270, 360)]
    [InlineData("cpu  10 0 0 40", 10, 50)]
    [InlineData("", 0, 0)]
    [InlineData("cpu  x y", 0, 0)]
    public void Idle_and_waiting_for_a_disk_are_not_busy_and_guests_count_once(string line, ulong busy, ulong total) =>
        Assert.Equal(new CpuTimes(busy, total), CpuTimes.Parse(line));

    [Theory]
    [InlineData("cpu  1 2 3\ncpu0 1 2 3\ncpu1 1 2 3\nintr 5", 2)]
    [InlineData("cpu  1 2 3", 0)]
    [InlineData("", 0)]
    public void Each_core_has_a_line_of_its_own(string stat, int cores) => Assert.Equal(cores, CpuTimes.CountCores(stat));

    [Theory]
    [InlineData(50, 100, 0)]
    [InlineData(150, 100, 0)]
    [InlineData(90, 200, 0)]
    [InlineData(200, 200, 1)]
    public void Counters_that_stand_or_run_backwards_are_no_use(ulong busy, ulong total, double utilization) =>
        Assert.Equal(utilization, new CpuTimes(busy, total).UtilizationSince(new(100, 100)));

    [Fact]
    public void A_machine_that_shows_nothing_gives_zeros()
    {
        using var tree = new RecordedTree();

        var sample = new MachineSampler(tree.Root, "/no/such/path", TimeProvider.System).Sample();

        Assert.Equal((0, 0, 0, 0), (sample.CpuUtilization, sample.MemoryTotalMiB, sample.Load1, sample.Processes));
    }
}
