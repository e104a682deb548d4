using Granary.Scheduling.Devices;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Tests.Devices;

public sealed class DeviceSetTests
{
    [Theory]
    [InlineData(new[] { 1000, 1000 }, 500, new[] { 500, 1000 })]
    [InlineData(new[] { 1000, 600, 700 }, 500, new[] { 1000, 100, 700 })] // the tightest that holds it
    [InlineData(new[] { 300, 1000, 1000 }, 2000, new[] { 300, 0, 0 })]
    [InlineData(new[] { 1000, 1000, 500 }, 1500, new[] { 0, 1000, 0 })] // the part where one is in use
    [InlineData(new[] { 1000, 1000 }, 1500, new[] { 500, 0 })]
    [InlineData(new[] { 600, 600 }, 700, null)] // 1200 in sum
    [InlineData(new[] { 900, 900 }, 1000, null)]
    [InlineData(new[] { 1000, 900 }, 2000, null)]
    [InlineData(new[] { 1000, 300 }, 1400, null)]
    [InlineData(new[] { 1000 }, 3000, null)]
    public void A_request_takes_devices_and_no_sums(int[] free, int milli, int[]? left)
    {
        ushort[] devices = [.. free.Select(f => (ushort)f)];
        Assert.Equal(left is not null, DeviceSet.TakeFrom(devices, milli));
        Assert.Equal(left ?? free, devices.Select(d => (int)d));
    }

    /// <summary>One number tells exactly what fits: what the rest of the scheduler compares with.</summary>
    [Fact]
    public void What_is_placeable_is_the_largest_request_that_fits()
    {
        var random = new SplitMix64(3);
        for (var round = 0; round < 200; round++)
        {
            var set = new DeviceSet(1 + random.Next(6000), new GpuDemand());
            for (var i = 0; i < 6; i++)
                if (random.Next(2500) is var taken && !DeviceSet.Choose(set.Free, taken).IsNone) set.Take(taken);
            for (var milli = 1; milli <= 7000; milli += 1 + random.Next(50))
                Assert.Equal(milli <= set.Placeable, !DeviceSet.Choose(set.Free, milli).IsNone);
        }
    }

    [Fact]
    public void What_is_released_is_as_it_was()
    {
        var random = new SplitMix64(4);
        var set = new DeviceSet(4500, new GpuDemand());
        var held = new List<(DeviceShare Share, int Milli)>();
        for (var step = 0; step < 5000; step++)
        {
            if (held.Count > 0 && random.Next(2) == 0)
            {
                var at = random.Next(held.Count);
                set.Release(held[at].Share, held[at].Milli);
                held.RemoveAt(at);
            }
            else if (1 + random.Next(2200) is var milli && milli <= set.Placeable)
                held.Add((set.Take(milli), milli));
            for (var device = 0; device < set.Count; device++)
                Assert.Equal((device == 4 ? 500 : 1000) - held.Sum(h => h.Share.MilliOn(device, h.Milli)), set.Free[device]);
        }
        foreach (var (share, milli) in held) set.Release(share, milli);
        Assert.Equal(4500, set.Placeable);
    }

    [Fact]
    public void Leases_outlive_devices_that_were_taken_away()
    {
        var set = new DeviceSet(2000, new GpuDemand());
        var (first, second) = (set.Take(1000), set.Take(600));
        Assert.Equal([0], first.ToList());
        Assert.Equal([1], second.ToList());
        set.Resize(1000);
        Assert.Equal(0, set.Placeable);
        set.Release(second, 600);
        Assert.Equal(0, set.Placeable);
        set.Resize(3000);
        Assert.Equal(2000, set.Placeable);
        set.Release(first, 1000);
        Assert.Equal(3000, set.Placeable);
    }

    [Fact]
    public void Room_that_comes_free_on_several_devices_does_not_add_up()
    {
        var set = new DeviceSet(2000, new GpuDemand());
        var (first, second, third) = (set.Take(600), set.Take(600), set.Take(400));
        Assert.Equal([0], third.ToList());
        // 400 on each device, 800 in sum.
        Assert.False(WouldHold(set, 800, [(third, 400)]));
        Assert.True(WouldHold(set, 400, [(third, 400)]));
        Assert.True(WouldHold(set, 1000, [(second, 600)]));
        Assert.True(WouldHold(set, 2000, [(first, 600), (second, 600), (third, 400)]));
    }

    private static bool WouldHold(DeviceSet set, int milli, (DeviceShare Share, int Milli)[] gone)
    {
        var free = set.Free.ToArray();
        foreach (var (share, held) in gone) set.Return(free, share, held);
        return DeviceSet.TakeFrom(free, milli);
    }

    [Theory]
    [InlineData(2000, 600, 9, 2)]
    [InlineData(2000, 500, 9, 4)]
    [InlineData(2000, 500, 3, 3)]
    [InlineData(4000, 1500, 9, 2)]
    [InlineData(8000, 2000, 9, 4)]
    public void Requests_beside_each_other_are_counted_device_by_device(int capacity, int milli, int most, int expected) =>
        Assert.Equal(expected, new DeviceSet(capacity, new GpuDemand()).CountOf(milli, most));
}
