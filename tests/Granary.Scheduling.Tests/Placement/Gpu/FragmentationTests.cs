using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Tests.Placement.Gpu;

public sealed class FragmentationTests
{
    // Half of the workload takes half a device and 4 cores, three tenths two devices and 8 cores, a fifth no device.
    private static readonly GpuWorkload Mixed = GpuWorkload.Of(
        new Dictionary<GpuRequest, double>
        {
            [new GpuRequest(4000, 0, 1, 500)] = 5,
            [new GpuRequest(8000, 0, 2, 1000)] = 3,
            [new GpuRequest(2000, 0)] = 2,
        },
        coverage: 1);

    /// <summary>Worked by hand from the definition: for each part, all that is free when it cannot run here, else what is free on devices too small for it.</summary>
    [Theory]
    // Share runs: 0.5 * 0. Pair runs: 0.3 * 0. No device: 0.2 * 2000.
    [InlineData(8000, new[] { 1000, 1000 }, 400)]
    // Share runs, 300 too small for it: 0.5 * 300. Pair lacks a device: 0.3 * 1300. 0.2 * 1300.
    [InlineData(8000, new[] { 1000, 300 }, 800)]
    // Pair lacks CPU: 0.3 * 2000; 0.2 * 2000.
    [InlineData(6000, new[] { 1000, 1000 }, 1000)]
    // Nothing has CPU: all is fragment.
    [InlineData(3999, new[] { 1000, 1000 }, 2000)]
    // Pair runs on two of three, 600 is too small for it: 0.3 * 600. 0.2 * 2600.
    [InlineData(9000, new[] { 1000, 600, 1000 }, 700)]
    // Share runs at exactly its size; 0.5 * 0, 0.3 * 500, 0.2 * 500.
    [InlineData(4000, new[] { 500 }, 250)]
    [InlineData(4000, new[] { 499 }, 499)]
    [InlineData(4000, new[] { 0, 0 }, 0)]
    [InlineData(4000, new int[0], 0)]
    public void Fragmentation_is_what_the_workload_cannot_use(int cpu, int[] free, double expected)
    {
        var table = new Fragmentation(Mixed).For(0);
        Assert.Equal(expected, table.Of(cpu, Devices(free)), 9);
    }

    /// <summary>A device that is in use already is made full; a fresh one is left whole.</summary>
    [Fact]
    public void A_share_goes_where_fragmentation_falls_most()
    {
        var table = new Fragmentation(Mixed).For(0);
        // Before: 0.5 * 0 + 0.3 * 1500 + 0.2 * 1500 = 750. On the half: 0.2 * 1000 + 0.3 * 1000 = 500, so 250. On the whole one: two halves, 500: also 250 less
        // nothing for the share; the first device wins only by being first of equals.
        var gain = table.Gain(8000, Devices([500, 1000]), new GpuRequest(0, 0, 1, 500), out var devices);
        Assert.Equal(250, gain, 9);
        Assert.Equal(1u, devices);

        // With 400 asked, the half is left with 100 that nothing can use: 0.5 * 100 + 0.5 * 1100 = 600, so 150; the whole one is left with 600: 0.5 * 1100 = 550, so 200.
        gain = table.Gain(8000, Devices([500, 1000]), new GpuRequest(0, 0, 1, 400), out devices);
        Assert.Equal(200, gain, 9);
        Assert.Equal(2u, devices);
    }

    [Fact]
    public void Devices_of_a_model_that_a_part_may_not_use_are_its_fragments()
    {
        var workload = GpuWorkload.Of([new GpuRequest(1000, 0, 1, 1000, models: 1), new GpuRequest(1000, 0, 1, 1000)], coverage: 1);
        var fragmentation = new Fragmentation(workload);
        Assert.Equal(0, fragmentation.For(1).Of(1000, Devices([1000])), 9);
        Assert.Equal(500, fragmentation.For(2).Of(1000, Devices([1000])), 9);
        Assert.Equal(500, fragmentation.For(0).Of(1000, Devices([1000])), 9);
    }

    [Fact]
    public void Look_ups_agree_with_the_definition()
    {
        var random = new SplitMix64(7);
        for (var round = 0; round < 200; round++)
        {
            var workload = GpuWorkload.Of(Enumerable.Range(0, 1 + random.Next(40)).Select(_ => Make.Request(ref random)).ToArray(), coverage: 1);
            var free = new ushort[random.Next(17)];
            for (var i = 0; i < free.Length; i++) free[i] = (ushort)(random.Next(3) == 0 ? 1000 : random.Next(1001));
            var model = (ulong)random.Next(3);
            var cpu = random.Next(40_000);
            var table = new Fragmentation(workload).For(model);
            Assert.Equal(PlainFragmentation.Of(workload, model, cpu, free), table.Of(cpu, free), 6);

            var request = Make.Request(ref random);
            if (request.CpuMilli > cpu || (!request.IsCpuOnly && DeviceChoice.BestFit(free, request) == 0)) continue;
            var expected = PlainFragmentation.Gain(workload, model, cpu, free, request, out _);
            Assert.Equal(expected, table.Gain(cpu, free, request, out var devices), 6);
            Assert.Equal(request.Gpus, System.Numerics.BitOperations.PopCount(devices));
        }
    }

    [Fact]
    public void Typical_requests_cover_what_is_asked_and_no_more()
    {
        var counts = new Dictionary<GpuRequest, double> { [new(1, 0)] = 90, [new(2, 0)] = 5, [new(3, 0)] = 5 };
        var workload = GpuWorkload.Of(counts);
        // Of the two equally frequent ones the larger is taken.
        Assert.Equal([1, 3], workload.Parts.Select(p => p.Request.CpuMilli));
        Assert.Equal(1, workload.Parts.Sum(p => p.Share), 12);
        Assert.Empty(GpuWorkload.Of([]).Parts);
        Assert.Throws<ArgumentOutOfRangeException>(() => GpuWorkload.Of(counts, coverage: 0));
    }

    [Fact]
    public void Requests_that_differ_in_memory_alone_are_one_part() =>
        Assert.Single(GpuWorkload.Of([new GpuRequest(1000, 1), new GpuRequest(1000, 2)]).Parts);

    private static ushort[] Devices(int[] free) => [.. free.Select(f => (ushort)f)];
}
