using Granary.Hardware.Energy;

namespace Granary.Hardware.Tests.Energy;

public sealed class RaplTests
{
    private const ulong Range = PowercapTree.Range;

    [Theory]
    [InlineData(0UL, 1_000_000UL, 1.0, 1.0)]
    [InlineData(Range - 4_000_000, 6_000_000UL, 1.0, 10.0)] // wrapped
    [InlineData(5_000_000UL, 5_000_000UL, 1.0, 0.0)]
    [InlineData(5_000_000_000UL, 0UL, 1.0, null)] // began anew: a wrap would be 257 kJ in a second
    [InlineData(0UL, 9_000_000_000UL, 1.0, null)] // 9 kW
    [InlineData(0UL, 9_000_000_000UL, 2.0, 9000.0)] // 4.5 kW
    [InlineData(0UL, 1_000_000UL, 0.0, null)]
    [InlineData(0UL, 1_000_000UL, 60.0, null)] // a minute at the most watts is more than a turn of the counter
    [InlineData(0UL, Range + 1, 100.0, null)]
    public void A_counter_grows_wraps_and_begins_anew(ulong before, ulong now, double seconds, double? joules)
    {
        var counter = new RaplCounter(Range);
        Assert.Null(counter.Advance(before, 1));
        Assert.Equal(joules, counter.Advance(now, seconds) is { } value ? Math.Round(value, 6) : null);
    }

    [Fact]
    public void Without_a_range_a_step_back_is_no_wrap()
    {
        var counter = new RaplCounter(0);
        counter.Advance(100, 1);
        Assert.Null(counter.Advance(50, 1));
        Assert.Equal(5e-6, counter.Advance(55, 1)!.Value, 9);
        counter.Forget();
        Assert.Null(counter.Advance(60, 1));
    }

    [Fact]
    public void Zones_of_two_packages_are_found_once_each()
    {
        using var tree = PowercapTree.Make();
        Assert.Equal(
            ["Package 0", "Package 1", "Core 0", "Core 1", "Dram 0", "Dram 1"],
            RaplZone.Find(tree.Root).Select(z => $"{z.Domain} {z.Package}"));
        Assert.All(RaplZone.Find(tree.Root), z => Assert.Equal(Range, z.Range));
    }

    [Theory]
    [InlineData("package-1-die-0", "Package 1-0")]
    [InlineData("psys", "Platform ")]
    [InlineData("something", "")]
    public void Names_that_firmware_gives(string name, string expected)
    {
        using var tree = new RecordedTree().With("/sys/class/powercap/intel-rapl:0/name", name);
        Assert.Equal(expected, string.Join(",", RaplZone.Find(tree.Root).Select(z => $"{z.Domain} {z.Package}")));
    }
}
