using Granary.Model;

namespace Granary.Hardware.Tests;

public sealed class AcceleratorSourceTests
{
    private static NvidiaAccelerators Nvidia(RecordedTree tree, INvml? nvml, string whyNot = "") => new(() => (nvml, whyNot), tree.Root);

    [Fact]
    public void Cards_are_told_with_their_node_memory_power_and_energy()
    {
        using var tree = Machines.GpuServer();

        var found = Nvidia(tree, new FakeNvml()).Read();

        Assert.Equal([0L, 0L, 0L, 0L, 1L, 1L, 1L, 1L], found.Items.Select(a => a.NumaNode.Value));
        var first = found.Items[0];
        Assert.Equal(("GPU-1", "NVIDIA A100-SXM4-40GB", "0000:1b:00.0", "nvidia 570.86.15"), (first.Id, first.Model.Value, first.PciAddress.Value, first.Driver.Value));
        Assert.Equal((40960L, 1024L, 37.0, 251.5, 1234.5, 41.0),
            (first.MemoryMiB.Value, first.MemoryUsedMiB.Value, first.UtilizationPercent.Value, first.PowerWatts.Value, first.EnergyJoules.Value, first.TemperatureCelsius.Value));
        Assert.Equal([false, false, false, false, false, false, false, true], found.Items.Select(a => a.Partitioned.Value));
        Assert.All(found.Items, a => Assert.Equal(ReadingSource.Measured, a.Partitioned.Source));
    }

    [Fact]
    public void Meters_that_a_card_lacks_are_absent_with_the_library_s_words()
    {
        using var tree = Machines.GpuServer();

        var card = Nvidia(tree, new FakeNvml { Cards = 1, Meters = FakeNvml.NotSupported }).Read().Items[0];

        Assert.All([card.PowerWatts, card.EnergyJoules, card.UtilizationPercent], r => Assert.Equal(Readings.Absent<double>("Not Supported"), r));
        Assert.Equal(40960, card.MemoryMiB.Value);
    }

    [Fact]
    public void A_card_that_fell_off_the_bus_leaves_the_others()
    {
        using var tree = Machines.GpuServer();

        var found = Nvidia(tree, new FakeNvml { Lost = [2] }).Read();

        Assert.Equal((7, "NVIDIA: card 2: GPU is lost"), (found.Items.Count, found.Note));
    }

    [Fact]
    public void No_library_and_no_driver_are_absent_with_the_reason()
    {
        using var tree = new RecordedTree();

        Assert.Equal(Listed.Absent<AcceleratorInventory>("NVIDIA: libnvidia-ml.so.1 is not installed"), Nvidia(tree, null, "libnvidia-ml.so.1 is not installed").Read());
        Assert.Equal(Listed.Absent<AcceleratorInventory>("NVIDIA: Driver Not Loaded"), Nvidia(tree, new FakeNvml { CountAnswers = 9 }).Read());
    }

    [Fact]
    public void A_library_that_is_not_there_is_no_failure()
    {
        var (library, whyNot) = NativeNvml.Load("libno-such-management-library.so.1");

        Assert.Null(library);
        Assert.StartsWith("libno-such-management-library.so.1 is not installed", whyNot, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_library_under_that_name_lacks_every_function()
    {
        // libc has none of NVML's functions: what a library of another version lacks answers so, and nothing is called
        var (library, whyNot) = NativeNvml.Load("libc.so.6");

        Assert.Equal((null, "libc.so.6 is there and says: error 13"), (library, whyNot));
    }

    [Fact]
    public void AMD_cards_are_read_from_sysfs()
    {
        const string At = "/sys/class/drm/card1/device";
        using var tree = Machines.GpuServer().With($"{At}/vendor", "0x1002").With($"{At}/uevent", "DRIVER=amdgpu\nPCI_ID=1002:740F\nPCI_SLOT_NAME=0000:c1:00.0")
            .With($"{At}/mem_info_vram_total", "68702699520").With($"{At}/mem_info_vram_used", "10485760").With($"{At}/gpu_busy_percent", "88").With($"{At}/numa_node", "1").With($"{At}/unique_id", "9f1a")
            .With($"{At}/hwmon/hwmon7/power1_average", "312000000").With($"{At}/hwmon/hwmon7/temp1_input", "54000").With($"{At}/hwmon/hwmon7/energy1_input", "5000000")
            .With("/sys/class/drm/card1-DP-1/status", "connected").With("/sys/class/drm/card0/device/vendor", "0x1a03");

        var card = Assert.Single(new DrmAccelerators(tree.Root).Read().Items);

        Assert.Equal(("amd-9f1a", "pci 1002:740f", "amdgpu", 1L), (card.Id, card.Model.Value, card.Driver.Value, card.NumaNode.Value));
        Assert.Equal((65520L, 10L, 88.0, 312.0, 5.0, 54.0),
            (card.MemoryMiB.Value, card.MemoryUsedMiB.Value, card.UtilizationPercent.Value, card.PowerWatts.Value, card.EnergyJoules.Value, card.TemperatureCelsius.Value));
    }

    [Fact]
    public void Other_devices_that_compute_are_found_by_their_class()
    {
        using var tree = new RecordedTree().With("/sys/class/accel/accel0/device/vendor", "0x1da3").With("/sys/class/accel/accel0/device/uevent", "DRIVER=habanalabs\nPCI_ID=1DA3:1020\nPCI_SLOT_NAME=0000:33:00.0")
            .With("/sys/class/accel/accel0/device/hwmon/hwmon3/power1_input", "90000000").With("/sys/class/habanalabs/hl0/pci_addr", "0000:34:00.0").With("/sys/class/habanalabs/hl_controlD0/x", "");

        var found = new ClassAccelerators(tree.Root).Read().Items;

        Assert.Equal([("habana-0000:33:00.0", 90.0), ("unknown-0000:34:00.0", 0.0)], found.Select(a => (a.Id, a.PowerWatts.Value)));
    }

    [Fact]
    public void One_card_that_two_sources_know_is_told_once_and_the_first_is_believed()
    {
        using var tree = Machines.GpuServer().With("/sys/class/drm/card0/device/vendor", "0x10de").With("/sys/class/drm/card0/device/uevent", "PCI_SLOT_NAME=0000:1b:00.0");

        var found = AcceleratorSources.Read([Nvidia(tree, new FakeNvml { Cards = 1 }), new DrmAccelerators(tree.Root), new ClassAccelerators(tree.Root)]);

        Assert.Equal("GPU-1", Assert.Single(found.Items).Id);
    }

    [Fact]
    public void Nothing_is_simulated_unless_it_is_declared()
    {
        using var tree = new RecordedTree();

        Assert.Equal(ReadingSource.Absent, AcceleratorSources.Read(AcceleratorSources.Of(tree.Root)).Source);
        var found = AcceleratorSources.Read(AcceleratorSources.Of(tree.Root, DeclaredAccelerator.Parse("2 fpga alveo-u250 64Gi, 1 gpu a100 40Gi simulated")));

        Assert.Equal([("declared-fpga-0", 65536L), ("declared-fpga-1", 65536L), ("simulated-gpu-2", 40960L)], found.Items.Select(a => (a.Id, a.MemoryMiB.Value)));
        Assert.All(found.Items, a => Assert.Equal((ReadingSource.Estimated, ReadingSource.Absent), (a.MemoryMiB.Source, a.PowerWatts.Source)));
    }

    [Theory]
    [InlineData("fpga u250")]
    [InlineData("0 fpga u250")]
    [InlineData("65 fpga u250")]
    [InlineData("2 fpga u250 lots")]
    [InlineData("2 fpga u250 64Gi simulatd")]
    [InlineData("-1 fpga u250")]
    public void What_declares_nothing_is_refused_with_an_example(string text) =>
        Assert.Contains("such as '2 fpga alveo-u250 64Gi'", Assert.Throws<GranaryException>(() => DeclaredAccelerator.Parse(text)).Message, StringComparison.Ordinal);
}
