using Granary.Model;

namespace Granary.Hardware.Tests;

public sealed class HardwareReaderTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    private static HardwareInventory Read(RecordedTree tree, params string[] paths) => new HardwareReader(tree.Root, space: _ => (1L << 40, 1L << 39)).Read(At, paths);

    [Fact]
    public void A_laptop_has_two_kinds_of_cores_one_encrypted_disk_and_a_battery()
    {
        using var tree = Machines.Laptop();

        var found = Read(tree, "/home/a b/x", "/var/lib/granary", "/tmp/y");

        Assert.Equal((1, 14, 20, 0), (found.Cpu.Packages.Value, found.Cpu.Cores.Value, found.Cpu.Threads.Value, found.Cpu.Offline.Value));
        Assert.Equal([("performance", "0-11", 6, 12, 4800, 2400, 2000), ("efficiency", "12-19", 8, 8, 3700, 1800, 1000)],
            found.Cpu.Kinds.Items.Select(k => (k.Name, k.Cpus, k.Cores, k.Threads, k.MaxMHz.Value, k.BaseMHz.Value, k.CurrentMHz.Value)));
        Assert.Equal([(1, "data", 32L, 14, 2), (1, "instruction", 32L, 14, 2), (2, "unified", 1024L, 14, 2), (3, "unified", 32768L, 1, 20)],
            found.Cpu.Caches.Items.Select(c => (c.Level, c.Type, c.SizeKiB.Value, c.Count, c.SharedBy)));
        Assert.Equal(["sse4_1", "sse4_2", "avx", "avx2", "fma", "aes", "sha_ni", "avx_vnni"], found.Cpu.InstructionSets.Items);
        Assert.Equal(("schedutil", "madvise"), (found.Cpu.Governor.Value, found.Memory.TransparentHugePages.Value));
        Assert.Equal((32000, 16000, 8192), (found.Memory.TotalMiB.Value, found.Memory.AvailableMiB.Value, found.Memory.SwapTotalMiB.Value));
        Assert.Equal(new SwapDevice("/dev/dm-1", "partition", 8192, 0), Assert.Single(found.Memory.SwapDevices.Items));
        Assert.Equal([("dm-0", "mapped"), ("nvme0n1", "nvme")], found.Storage.Items.Select(d => (d.Name, d.Kind)));
        Assert.Equal(Readings.Estimated(0L, "the machine's only node"), found.Storage.Items[1].NumaNode);
        Assert.Equal(["/", "/boot/efi", "/home/a b", "/tmp"], found.FileSystems.Items.Select(f => f.MountPoint));
        Assert.Equal(["nvme0n1", "nvme0n1", null, null], found.FileSystems.Items.Select(f => f.Disks.Value));
        Assert.Equal((ReadingSource.Absent, "a network file system is not asked: it may not answer"), (found.FileSystems.Items[2].FreeMiB.Source, found.FileSystems.Items[2].FreeMiB.Note));
        Assert.Equal(1 << 19, found.FileSystems.Items[0].FreeMiB.Value);
        Assert.Equal(["/home/a b", "/", "/tmp"], found.Paths.Items.Select(p => p.MountPoint.Value));
        Assert.Equal([("enp1s0", "ethernet", true, "down"), ("wlp0s20f3", "wireless", true, "up"), ("docker0", "bridge", false, "down"), ("lo", "loopback", false, "unknown")],
            found.Network.Items.Select(i => (i.Name, i.Kind, i.Physical, i.State.Value!)));
        Assert.False(found.Network.Items[0].SpeedMbps.IsKnown);
        Assert.Equal(("physical", "laptop", true, "none"), (found.Platform.Kind.Value, found.Platform.Chassis.Value, found.Platform.OnBattery.Value, found.Platform.Container.Value));
        Assert.False(found.Platform.Cloud.IsKnown);
        Assert.Equal(("intel", "pci 8086:46a6", "i915"), found.Accelerators.Items.Select(a => (a.Vendor, a.Model.Value!, a.Driver.Value!)).Single());
        Assert.True(found.Kernel is { Pressure.Value: true, PerfEventParanoid.Value: 2, CgroupV2.Value: true, Bpf.Value: true, Seccomp.Value: true, Clocksource.Value: "tsc" });
        Assert.Equal(Readings.Estimated(true, "the kernel's version"), found.Kernel.IoUring);
    }

    [Fact]
    public void A_server_of_two_packages_has_four_nodes_and_says_what_is_on_which()
    {
        using var tree = Machines.NumaServer();

        var found = Read(tree, "/data/granary", "/fast", "/srv");

        Assert.Equal((2, 64, 128, 2), (found.Cpu.Packages.Value, found.Cpu.Cores.Value, found.Cpu.Threads.Value, found.Cpu.Offline.Value));
        Assert.Equal(("core", 64L, 128L, 1500.0, 3700.0), found.Cpu.Kinds.Items.Select(k => (k.Name, k.Cores, k.Threads, k.MinMHz.Value, k.MaxMHz.Value)).Single());
        Assert.Equal((3, 32768L, 8, 16), found.Cpu.Caches.Items.Select(c => (c.Level, c.SizeKiB.Value, c.Count, c.SharedBy)).Last());
        Assert.Equal([[10, 12, 32, 32], [12, 10, 32, 32], [32, 32, 10, 12], [32, 32, 12, 10]], found.Numa.Items.Select(n => n.Distances));
        Assert.Equal(("16-31,80-95", 128000L, 64000L), (found.Numa.Items[1].Cpus, found.Numa.Items[1].MemoryMiB.Value, found.Numa.Items[1].FreeMiB.Value));
        Assert.Equal(4, found.Numa.Items[1].HugePages.Single().Total.Value);
        Assert.Equal([(2048L, 1024L, 512L), (1048576L, 4L, 4L)], found.Memory.HugePages.Items.Select(h => (h.SizeKiB, h.Total.Value, h.Free.Value)));
        Assert.Equal([("md0", "mapped"), ("nvme0n1", "nvme"), ("nvme1n1", "nvme"), ("sda", "hdd")], found.Storage.Items.Select(d => (d.Name, d.Kind)));
        Assert.Equal([0L, 3L], found.Storage.Items.Skip(1).Take(2).Select(d => d.NumaNode.Value));
        Assert.Equal(("mq-deadline", "ST4000NM0035", 3815447L), (found.Storage.Items[3].Scheduler.Value, found.Storage.Items[3].Model.Value, found.Storage.Items[3].SizeMiB.Value));
        Assert.Equal([("/data", "nvme0n1,nvme1n1"), ("/fast", "nvme0n1"), ("/", "sda")], found.Paths.Items.Select(p => (p.MountPoint.Value!, p.Disks.Value!)));
        Assert.Equal(["its disks are on several nodes", "", "the firmware does not say which node it is on"], found.Paths.Items.Select(p => p.NumaNode.Note));
        Assert.Equal([("eno1", 1000L, 0L, "tg3"), ("ens1f0", 100000L, 1L, "mlx5_core")],
            found.Network.Items.Where(i => i.Physical).Select(i => (i.Name, i.SpeedMbps.Value, i.NumaNode.Value, i.Driver.Value!)));
        Assert.Equal(("server", "Dell Inc."), (found.Platform.Chassis.Value, found.Platform.Vendor.Value));
    }

    [Fact]
    public void A_virtual_machine_says_whose_and_estimates_what_its_host_hides()
    {
        using var tree = Machines.VirtualMachine();

        var found = Read(tree, "/var/lib/granary");

        Assert.Equal(("virtual", "kvm", "aws"), (found.Platform.Kind.Value, found.Platform.Hypervisor.Value, found.Platform.Cloud.Value));
        Assert.Equal((2, 4), (found.Cpu.Cores.Value, found.Cpu.Threads.Value));
        var kind = Assert.Single(found.Cpu.Kinds.Items);
        Assert.Equal((ReadingSource.Estimated, 2900.0), (kind.BaseMHz.Source, kind.BaseMHz.Value));
        Assert.Equal((ReadingSource.Estimated, 2400.0), (kind.CurrentMHz.Source, kind.CurrentMHz.Value));
        Assert.False(kind.MaxMHz.IsKnown);
        Assert.Equal(ReadingSource.Absent, found.Cpu.Caches.Source);
        Assert.Equal((ReadingSource.Estimated, 7812L), (found.Memory.AvailableMiB.Source, found.Memory.AvailableMiB.Value));
        Assert.Equal(("virtual", "vda"), (found.Storage.Items.Single().Kind, found.Paths.Items.Single().Disks.Value));
        Assert.Equal(Readings.Estimated(false, "the kernel's version"), found.Kernel.IoUring);
        Assert.Empty(found.Accelerators.Items);
    }

    [Fact]
    public void A_container_that_hides_half_of_proc_says_what_it_does_not_see()
    {
        using var tree = Machines.HiddenContainer();

        var found = Read(tree, "/var/lib/granary");

        Assert.Equal(("podman", "v2", 512), (found.Platform.Container.Value, found.Cgroups.Version.Value, found.Memory.LimitMiB.Value));
        Assert.Equal(["cpu", "cpuset", "io", "memory", "pids"], found.Cgroups.Controllers.Items);
        Assert.Equal((ReadingSource.Absent, "neither /sys/devices/system/cpu/online nor /proc/cpuinfo"), (found.Cpu.Threads.Source, found.Cpu.Threads.Note));
        Assert.Equal((ReadingSource.Absent, "no /sys/block"), (found.Storage.Source, found.Storage.Note));
        Assert.Equal((ReadingSource.Absent, "no /sys/class/net"), (found.Network.Source, found.Network.Note));
        Assert.Equal((ReadingSource.Absent, "/proc/sys is hidden"), (found.Kernel.Pressure.Source, found.Kernel.Pressure.Note));
        Assert.Equal(ReadingSource.Absent, found.Accelerators.Source);
        Assert.Equal(("/", "overlay", "its device is not in /sys/block"), found.Paths.Items.Select(p => (p.MountPoint.Value!, p.Type.Value!, p.Disks.Note)).Single());
    }

    [Fact]
    public void A_thousand_cores_are_counted_and_not_listed()
    {
        using var tree = Machines.Thousand();

        var found = Read(tree);

        Assert.Equal((8, 1000, 1000, 24), (found.Cpu.Packages.Value, found.Cpu.Cores.Value, found.Cpu.Threads.Value, found.Cpu.Offline.Value));
        Assert.Equal("0-999", Assert.Single(found.Cpu.Kinds.Items).Cpus);
        Assert.Equal(8, found.Numa.Items.Count);
    }

    [Fact]
    public void Nothing_at_all_is_all_absent()
    {
        using var tree = new RecordedTree();

        var found = Read(tree, "/x");

        Assert.All(
            [found.Cpu.Threads.Source, found.Cpu.Cores.Source, found.Cpu.Model.Source, found.Memory.TotalMiB.Source, found.Numa.Source, found.Storage.Source, found.FileSystems.Source, found.Network.Source,
                found.Accelerators.Source, found.Kernel.Release.Source, found.Kernel.IoUring.Source, found.Platform.Kind.Source, found.Platform.Container.Source, found.Cgroups.Version.Source],
            source => Assert.Equal(ReadingSource.Absent, source));
    }

    private static readonly string[] Garbage = ["", "-5", "\0\u0001\u0002\u00ff\u001b[31m", "99999999999999999999999999", "9223372036854775807", "0-8191", "NaN kB", " - - - - - - - - - -",
        "processor : 99999999\nflags : " + "x", "[", "] [", "A=\nDRIVER=", "Node 0 MemTotal:", "1 2 3 4 5 6 7 8 - a b c", "::::", ",,,--,-"];

    [Fact]
    public void Whatever_the_files_hold_nothing_fails_and_nothing_absurd_is_told()
    {
        foreach (var make in (Func<RecordedTree>[])[() => Machines.Laptop(2, 1), Machines.VirtualMachine, Machines.HiddenContainer])
        {
            using var tree = make();
            foreach (var content in Garbage)
            {
                tree.WithEverywhere(System.Text.Encoding.Latin1.GetBytes(content));

                var found = Read(tree, "/var/lib/granary");

                Assert.All([found.Cpu.Threads, found.Cpu.Cores, found.Memory.TotalMiB, found.Memory.SwapFreeMiB, .. found.Storage.Items.Select(d => d.SizeMiB), .. found.Network.Items.Select(i => i.SpeedMbps)],
                    reading => Assert.True(reading.Value >= 0 && (reading.IsKnown || reading.Value == 0), content));
                Assert.All(found.Cpu.Kinds.Items, k => Assert.InRange(k.MaxMHz.Value, 0, 100_000));
                Assert.All((string?[])[found.Platform.Vendor.Value, found.Cpu.Model.Value, found.Kernel.Release.Value, found.Cpu.Governor.Value],
                    text => Assert.DoesNotContain(text ?? "", char.IsControl));
            }
        }
    }

    [Fact]
    public void Long_text_is_cut_and_long_lists_say_how_much_is_left_out()
    {
        using var tree = new RecordedTree().With("/sys/class/dmi/id/sys_vendor", new string('x', 5000));
        for (var i = 0; i < 100; i++) tree.WithInterface($"veth{i}");

        var found = Read(tree);

        Assert.Equal((96, 64, "36 more are left out"), (found.Platform.Vendor.Value!.Length, found.Network.Items.Count, found.Network.Note));
    }

    [Fact]
    public void This_machine_can_be_read()
    {
        var found = new HardwareReader(SystemRoot.Machine).Read(At, Path.GetTempPath());

        Assert.Equal((ReadingSource.Measured, true), (found.Cpu.Threads.Source, found.Cpu.Threads.Value > 0));
        Assert.True(found.Memory.TotalMiB.Value > 0 && found.Kernel.Release.IsKnown);
    }
}
