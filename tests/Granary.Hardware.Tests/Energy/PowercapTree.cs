using System.Globalization;

namespace Granary.Hardware.Tests.Energy;

/// <summary>A made <c>/sys/class/powercap</c> of two packages with memory, as the kernel lays it out, and a /proc/stat to go with it.</summary>
internal static class PowercapTree
{
    public const ulong Range = 262_143_328_850;
    private const string Root = "/sys/class/powercap";

    public static RecordedTree Make()
    {
        var tree = new RecordedTree().With($"{Root}/intel-rapl/enabled", "1");
        for (var package = 0; package < 2; package++)
            tree.With($"{Root}/intel-rapl:{package}/name", $"package-{package}").With($"{Root}/intel-rapl:{package}/max_energy_range_uj", $"{Range}")
                .With($"{Root}/intel-rapl:{package}:0/name", "dram").With($"{Root}/intel-rapl:{package}:0/max_energy_range_uj", $"{Range}")
                .With($"{Root}/intel-rapl:{package}:1/name", "core").With($"{Root}/intel-rapl:{package}:1/max_energy_range_uj", $"{Range}");
        return tree.With($"{Root}/intel-rapl-mmio:0/name", "package-0").With($"{Root}/intel-rapl-mmio:0/energy_uj", "5").Joules(0, 0, 0).Busy(0, 0);
    }

    /// <summary>What every package, its memory and its cores have used, as each stands in its own counter.</summary>
    public static RecordedTree Joules(this RecordedTree tree, double package, double dram, double core)
    {
        for (var socket = 0; socket < 2; socket++)
            tree.Counter($"intel-rapl:{socket}", package).Counter($"intel-rapl:{socket}:0", dram).Counter($"intel-rapl:{socket}:1", core);
        return tree;
    }

    public static RecordedTree Counter(this RecordedTree tree, string zone, double joules) =>
        tree.With($"{Root}/{zone}/energy_uj", ((ulong)Math.Round(joules * 1e6)).ToString(CultureInfo.InvariantCulture));

    /// <summary>Ticks of the clock that four cores have been busy and idle, all together.</summary>
    public static RecordedTree Busy(this RecordedTree tree, int busy, int idle) =>
        tree.With("/proc/stat", $"cpu  {busy} 0 0 {idle}\ncpu0 0 0 0 0\ncpu1 0 0 0 0\ncpu2 0 0 0 0\ncpu3 0 0 0 0");
}
