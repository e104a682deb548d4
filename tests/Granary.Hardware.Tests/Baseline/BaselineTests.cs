using Granary.Model;

namespace Granary.Hardware.Tests;

public sealed class BaselineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_said_before_there_are_enough_samples()
    {
        var tracker = new BaselineTracker();
        Assert.Null(tracker.Baseline);
        for (var i = 0; i < BaselineTracker.Enough - 1; i++) tracker.Add(new(10, 20, null, 0), Start.AddSeconds(i));
        Assert.Equal(Readings.Absent<double>("11 samples, 12 are needed"), tracker.Baseline!.CpuPercent.Median);

        tracker.Add(new(10, 20, null, 0), Start.AddSeconds(20));

        var baseline = tracker.Baseline!;
        Assert.InRange(baseline.CpuPercent.Median.Value, 9.7, 10.3);
        Assert.InRange(baseline.MemoryPercent.P95.Value, 19.4, 20.6);
        Assert.False(baseline.DiskMiBPerSecond.Median.IsKnown);
        Assert.Equal(Readings.Measured(0.0), baseline.NetworkMbps.P95);
        Assert.Equal((12, Start), (baseline.Samples, baseline.Since));
    }

    [Fact]
    public void Quantiles_are_those_of_the_sorted_samples_within_the_bins_width()
    {
        var random = new Random(7);
        var histogram = new DecayedHistogram(TimeSpan.FromDays(1));
        var values = Enumerable.Range(0, 5000).Select(_ => Math.Exp(random.NextDouble() * 8)).ToArray();
        foreach (var value in values) histogram.Add(value, Start);
        Array.Sort(values);

        foreach (var part in new[] { 0.05, 0.5, 0.95 })
        {
            var exact = values[(int)(part * values.Length)];
            Assert.InRange(histogram.Quantile(part), (exact * 0.97) - 0.1, (exact * 1.03) + 0.1);
        }
    }

    [Fact]
    public void The_old_is_forgotten_by_half_every_half_life()
    {
        var histogram = new DecayedHistogram(TimeSpan.FromHours(1));
        for (var i = 0; i < 1000; i++) histogram.Add(10, Start);
        for (var i = 0; i < 100; i++) histogram.Add(90, Start.AddHours(4)); // a sixteenth of 1000 is 62
        Assert.InRange(histogram.Quantile(0.5), 88, 92);
        Assert.InRange(histogram.Quantile(0.3), 9.7, 10.3);

        for (var i = 0; i < 10; i++) histogram.Add(50, Start.AddDays(400)); // far beyond what doublings a number can hold
        Assert.InRange(histogram.Quantile(0.01), 48, 52);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_amount_is_left_out(double value)
    {
        var histogram = new DecayedHistogram(TimeSpan.FromHours(1));

        histogram.Add(value, Start);

        Assert.Equal((0, 0), (histogram.Count, histogram.Quantile(0.5)));
    }

    [Fact]
    public void A_clock_that_was_set_back_takes_nothing_away()
    {
        var histogram = new DecayedHistogram(TimeSpan.FromHours(1));
        histogram.Add(10, Start);
        histogram.Add(10, Start.AddYears(-10));

        Assert.InRange(histogram.Quantile(0.99), 9.7, 10.3);
    }

    [Theory]
    [InlineData(100L, 300L, 2, 100.0)]
    [InlineData(300L, 100L, 2, null)]
    [InlineData(null, 100L, 2, null)]
    [InlineData(100L, null, 2, null)]
    [InlineData(100L, 300L, 0, null)]
    public void A_rate_needs_two_readings_that_grow(long? before, long? now, int seconds, double? rate) =>
        Assert.Equal(rate, DeviceTotals.Rate(before, now, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Totals_count_each_byte_once()
    {
        const string Stat = "10 0 2048 5 20 0 4096 9 0 1 2";
        using var tree = new RecordedTree().With("/sys/block/sda/stat", Stat).With("/sys/block/md0/stat", Stat).With("/sys/block/loop0/stat", Stat)
            .With("/sys/class/net/eth0/device/uevent", "DRIVER=x").With("/sys/class/net/eth0/statistics/rx_bytes", "100").With("/sys/class/net/eth0/statistics/tx_bytes", "50")
            .With("/sys/class/net/docker0/statistics/rx_bytes", "100").With("/sys/class/net/docker0/statistics/tx_bytes", "50");

        Assert.Equal(new DeviceTotals(6144 * 512, 150), DeviceTotals.Read(tree.Root));
        using var nothing = new RecordedTree();
        Assert.Equal(new DeviceTotals(null, null), DeviceTotals.Read(nothing.Root));
    }

    [Fact]
    public void A_watch_tells_the_machine_with_what_it_usually_uses_and_what_was_declared()
    {
        using var tree = Machines.VirtualMachine().With("/proc/stat", "cpu  100 0 0 100 0 0 0 0 0 0");
        var watch = new MachineWatch(tree.Root, TimeProvider.System, ["/var/lib/granary"], DeclaredAccelerator.Parse("1 fpga u250"), DeclaredResource.Parse("reviewer=1 Mon 09:00-10:00"));
        for (var i = 1; i <= BaselineTracker.Enough; i++)
        {
            tree.With("/proc/stat", $"cpu  {100 + i} 0 0 {100 + (3 * i)} 0 0 0 0 0 0");
            watch.Sample();
        }

        var found = watch.Read();

        Assert.InRange(found.Baseline!.CpuPercent.Median.Value, 24.4, 25.6);
        Assert.InRange(found.Baseline.MemoryPercent.Median.Value, 48.5, 51.5);
        Assert.Equal((1, new DeclaredInventory("reviewer", 1, "Mon 09:00-10:00")), (found.Accelerators.Items.Count, found.Declared.Single()));
    }

    [Fact]
    public void Accelerators_add_to_capacity_what_tasks_can_ask_for()
    {
        using var tree = Machines.GpuServer();
        var cards = new NvidiaAccelerators(() => (new FakeNvml(), ""), tree.Root).Read();
        var declared = AcceleratorSources.Read([new DeclaredAccelerators(DeclaredAccelerator.Parse("2 fpga u250, 2 gpu a100 40Gi simulated"))]);

        // seven of eight: the last is cut into instances
        Assert.Equal("cpu=1,gpu=7,gpu_memory=280Gi", AcceleratorCapacity.AddTo(new ResourceSet { CpuMilli = 1000 }, cards).ToString());
        Assert.Equal("cpu=1,gpu=2,gpu_memory=80Gi,fpga=2", AcceleratorCapacity.AddTo(new ResourceSet { CpuMilli = 1000 }, declared).ToString());
        Assert.Equal("cpu=1", AcceleratorCapacity.AddTo(new ResourceSet { CpuMilli = 1000 }, Listed.Absent<AcceleratorInventory>("none")).ToString());
    }
}
