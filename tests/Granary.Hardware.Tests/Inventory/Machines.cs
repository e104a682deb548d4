using System.Globalization;

namespace Granary.Hardware.Tests;

/// <summary>Machines as trees of /proc and /sys, written here after what kernels show on such machines.</summary>
internal static class Machines
{
    public static RecordedTree WithCpu(this RecordedTree tree, int cpu, int package, int core, string threads, string? l3 = null, (long Min, long Max, long Current)? kHz = null)
    {
        var at = $"/sys/devices/system/cpu/cpu{cpu}";
        tree.With($"{at}/topology/core_id", $"{core}").With($"{at}/topology/physical_package_id", $"{package}").With($"{at}/topology/die_id", "0");
        var caches = new List<(string Level, string Type, string Size, string Shared)> { ("1", "Data", "32K", threads), ("1", "Instruction", "32K", threads), ("2", "Unified", "1024K", threads) };
        if (l3 is not null) caches.Add(("3", "Unified", "32M", l3));
        // kernels show a cache at every CPU that shares it; the first is enough here, and files cost time
        for (var i = 0; i < caches.Count; i++)
        {
            if (CpuList.Parse(caches[i].Shared)[0] != cpu) continue;
            tree.With($"{at}/cache/index{i}/level", caches[i].Level).With($"{at}/cache/index{i}/type", caches[i].Type)
                .With($"{at}/cache/index{i}/size", caches[i].Size).With($"{at}/cache/index{i}/shared_cpu_list", caches[i].Shared)
                .With($"{at}/cache/index{i}/coherency_line_size", "64");
        }
        if (kHz is { } f)
            tree.With($"{at}/cpufreq/cpuinfo_min_freq", $"{f.Min}").With($"{at}/cpufreq/cpuinfo_max_freq", $"{f.Max}")
                .With($"{at}/cpufreq/scaling_cur_freq", $"{f.Current}").With($"{at}/cpufreq/scaling_governor", "schedutil");
        return tree;
    }

    public static RecordedTree WithCpuInfo(this RecordedTree tree, int cpus, string vendor, string model, string flags) => tree.With("/proc/cpuinfo",
        string.Join("\n\n", Enumerable.Range(0, cpus).Select(c => $"processor\t: {c}\nvendor_id\t: {vendor}\nmodel name\t: {model}\ncpu MHz\t\t: 2400.125\nflags\t\t: {flags}")));

    public static RecordedTree WithDisk(this RecordedTree tree, string name, string number, long sectors, bool rotational, string scheduler, string? model = null, int? numa = null)
    {
        tree.With($"/sys/block/{name}/dev", number).With($"/sys/block/{name}/size", $"{sectors}").With($"/sys/block/{name}/queue/rotational", rotational ? "1" : "0")
            .With($"/sys/block/{name}/queue/scheduler", scheduler);
        if (model is not null) tree.With($"/sys/block/{name}/device/model", model);
        if (numa is not null) tree.With($"/sys/block/{name}/device/device/numa_node", $"{numa}");
        return tree;
    }

    public static RecordedTree WithPartition(this RecordedTree tree, string disk, string name, string number) =>
        tree.With($"/sys/block/{disk}/{name}/partition", "1").With($"/sys/block/{disk}/{name}/dev", number);

    public static RecordedTree WithInterface(this RecordedTree tree, string name, string? driver = null, string? speed = null, int? numa = null, string state = "up", int type = 1)
    {
        var at = $"/sys/class/net/{name}";
        tree.With($"{at}/type", $"{type}").With($"{at}/operstate", state).With($"{at}/mtu", "1500");
        if (speed is not null) tree.With($"{at}/speed", speed).With($"{at}/duplex", "full");
        if (driver is not null) tree.With($"{at}/device/uevent", $"DRIVER={driver}\nPCI_CLASS=20000");
        if (numa is not null) tree.With($"{at}/device/numa_node", $"{numa}");
        return tree;
    }

    public static RecordedTree WithNumaNode(this RecordedTree tree, int node, string cpus, long memoryKiB, string distances) => tree
        .With($"/sys/devices/system/node/node{node}/cpulist", cpus).With($"/sys/devices/system/node/node{node}/distance", distances)
        .With($"/sys/devices/system/node/node{node}/meminfo", $"Node {node} MemTotal:       {memoryKiB} kB\nNode {node} MemFree:        {memoryKiB / 2} kB");

    /// <summary>Six performance cores of two threads (CPUs 0-11), eight efficiency cores (12-19), one NUMA node, encrypted NVMe, on battery.</summary>
    public static RecordedTree Laptop(int performanceCpus = 12, int efficiencyCpus = 8)
    {
        var tree = new RecordedTree().WithCpuInfo(20, "GenuineIntel", "12th Gen Intel(R) Core(TM) i7-12800H @ 2.40GHz", "fpu sse4_1 sse4_2 avx avx2 fma avx_vnni sha_ni aes")
            .With("/sys/devices/system/cpu/online", "0-19").With("/sys/devices/system/cpu/present", "0-19")
            .With("/sys/devices/cpu_core/cpus", "0-11").With("/sys/devices/cpu_atom/cpus", "12-19")
            .WithNumaNode(0, "0-19", 32_768_000, "10")
            .With("/proc/meminfo", "MemTotal:       32768000 kB\nMemFree:  1024000 kB\nMemAvailable:   16384000 kB\nSwapTotal:       8388608 kB\nSwapFree:        8388608 kB")
            .With("/proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/dm-1                               partition\t8388608\t\t0\t\t-2")
            .With("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never")
            .WithDisk("nvme0n1", "259:0", 2_000_409_264, false, "[none] mq-deadline kyber", "SAMSUNG MZVL21T0HCLR").WithPartition("nvme0n1", "nvme0n1p1", "259:1").WithPartition("nvme0n1", "nvme0n1p2", "259:2")
            .WithDisk("dm-0", "253:0", 1_900_000_000, false, "none").With("/sys/block/dm-0/slaves/nvme0n1p2", "")
            .With("/proc/self/mountinfo", "22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw\n23 22 259:1 / /boot/efi rw - vfat /dev/nvme0n1p1 rw\n24 22 0:22 / /proc rw - proc proc rw\n"
                + "25 22 0:40 / /tmp rw,nosuid - tmpfs tmpfs rw\n26 22 0:50 / /home/a\\040b rw - nfs4 server:/home rw")
            .WithInterface("wlp0s20f3", "iwlwifi").WithDirectory("/sys/class/net/wlp0s20f3/wireless").WithInterface("lo", type: 772, state: "unknown").WithInterface("enp1s0", "e1000e", "-1", state: "down")
            .With("/sys/class/net/docker0/bridge/x", "").WithInterface("docker0", state: "down")
            .With("/sys/class/dmi/id/sys_vendor", "LENOVO").With("/sys/class/dmi/id/product_name", "21AH").With("/sys/class/dmi/id/chassis_type", "10")
            .With("/sys/class/power_supply/AC/type", "Mains").With("/sys/class/power_supply/BAT0/type", "Battery").With("/sys/class/power_supply/BAT0/status", "Discharging")
            .With("/sys/class/drm/card0/device/vendor", "0x8086").With("/sys/class/drm/card0/device/uevent", "DRIVER=i915\nPCI_ID=8086:46A6\nPCI_SLOT_NAME=0000:00:02.0")
            .WithKernel("6.8.0-45-generic").With("/proc/1/cgroup", "0::/init.scope");
        foreach (var cpu in Enumerable.Range(0, performanceCpus).Concat(Enumerable.Range(12, efficiencyCpus)))
        {
            var performance = cpu < 12;
            tree.WithCpu(cpu, 0, performance ? cpu / 2 : 6 + cpu - 12, performance ? $"{cpu & ~1}-{cpu | 1}" : $"{cpu}", "0-19", performance ? (400_000, 4_800_000, 2_000_000) : (400_000, 3_700_000, 1_000_000));
            tree.With($"/sys/devices/system/cpu/cpu{cpu}/cpufreq/base_frequency", performance ? "2400000" : "1800000");
        }
        return tree;
    }

    /// <summary>Two packages of 32 cores with two threads each (CPU n and n+64 share a core), four NUMA nodes, NVMe on node 0, a card of 100 Gbit/s on node 1.</summary>
    public static RecordedTree NumaServer()
    {
        var tree = new RecordedTree().WithCpuInfo(128, "AuthenticAMD", "AMD EPYC 7543 32-Core Processor", "fpu sse4_2 avx avx2 fma avx512f avx512bw aes")
            .With("/sys/devices/system/cpu/online", "0-127").With("/sys/devices/system/cpu/present", "0-129")
            .With("/proc/meminfo", "MemTotal:       527433728 kB\nMemFree:  1024 kB\nMemAvailable:   500000000 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB").With("/proc/swaps", "Filename Type Size Used Priority")
            .With("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never")
            .With("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "1024").With("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "512")
            .With("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "4").With("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "4")
            .With("/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages", "4").With("/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/free_hugepages", "4")
            .WithDisk("nvme0n1", "259:0", 7_501_476_528, false, "[none]", "INTEL SSDPE2KX040T8", 0).WithDisk("nvme1n1", "259:1", 7_501_476_528, false, "[none]", "INTEL SSDPE2KX040T8", 3)
            .WithDisk("sda", "8:0", 7_814_037_168, true, "none [mq-deadline]", "ST4000NM0035").WithPartition("sda", "sda1", "8:1")
            .WithDisk("md0", "9:0", 15_002_953_056, false, "none").With("/sys/block/md0/slaves/nvme0n1", "").With("/sys/block/md0/slaves/nvme1n1", "")
            .WithDisk("loop0", "7:0", 1000, false, "none")
            .With("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 9:0 / /data rw,noatime - xfs /dev/md0 rw\n24 22 259:0 / /fast rw - xfs /dev/nvme0n1 rw")
            .WithInterface("ens1f0", "mlx5_core", "100000", 1).WithInterface("eno1", "tg3", "1000", 0).WithInterface("lo", type: 772, state: "unknown")
            .With("/sys/class/dmi/id/sys_vendor", "Dell Inc.").With("/sys/class/dmi/id/product_name", "PowerEdge R7525").With("/sys/class/dmi/id/chassis_type", "23")
            .WithKernel("5.15.0-122-generic").With("/proc/1/cgroup", "0::/init.scope");
        for (var node = 0; node < 4; node++)
        {
            var first = node * 16;
            tree.WithNumaNode(node, $"{first}-{first + 15},{first + 64}-{first + 79}", 131_072_000, string.Join(' ', Enumerable.Range(0, 4).Select(o => o == node ? 10 : o / 2 == node / 2 ? 12 : 32)));
        }
        for (var cpu = 0; cpu < 128; cpu++)
        {
            var core = cpu % 64;
            tree.WithCpu(cpu, core / 32, core % 32, $"{core},{core + 64}", $"{core / 8 * 8}-{(core / 8 * 8) + 7},{(core / 8 * 8) + 64}-{(core / 8 * 8) + 71}", (1_500_000, 3_700_000, 2_800_000));
        }
        return tree;
    }

    /// <summary>Eight cards, four on each of two NUMA nodes: the sysfs side; <see cref="FakeNvml"/> is the other.</summary>
    public static RecordedTree GpuServer()
    {
        var tree = RecordedTree.TwoSockets().WithNumaNode(0, "0-1,4-5", 33_554_432, "10 21").WithNumaNode(1, "2-3,6-7", 33_554_432, "21 10");
        for (var gpu = 0; gpu < 8; gpu++) tree.With($"/sys/bus/pci/devices/{FakeNvml.SysfsAddress(gpu)}/numa_node", $"{gpu / 4}");
        return tree;
    }

    /// <summary>A guest of KVM with virtio devices, as sold by a cloud, with no frequencies and no caches to see.</summary>
    public static RecordedTree VirtualMachine() => new RecordedTree().WithCpuInfo(4, "GenuineIntel", "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", "fpu sse4_2 avx2 avx512f hypervisor")
        .With("/sys/devices/system/cpu/online", "0-3").With("/sys/devices/system/cpu/cpu0/topology/core_id", "0").With("/sys/devices/system/cpu/cpu1/topology/core_id", "0")
        .With("/sys/devices/system/cpu/cpu2/topology/core_id", "1").With("/sys/devices/system/cpu/cpu3/topology/core_id", "1")
        .WithDisk("vda", "254:0", 209_715_200, true, "none [mq-deadline] kyber").With("/proc/self/mounts", "/dev/vda / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0")
        .WithInterface("eth0", "virtio_net", "-1").WithInterface("lo", type: 772, state: "unknown")
        .With("/sys/class/dmi/id/sys_vendor", "Amazon EC2").With("/sys/class/dmi/id/product_name", "m6i.xlarge").With("/sys/class/dmi/id/chassis_type", "1")
        .With("/sys/class/drm/card0/device/vendor", "0x1af4")
        .WithNumaNode(0, "0-3", 16_000_000, "10").With("/proc/meminfo", "MemTotal: 16000000 kB\nMemFree: 8000000 kB").With("/proc/1/cgroup", "0::/init.scope").WithKernel("4.14.355");

    /// <summary>A container that sees its limits and half of /proc: no /sys, no mounts but its own, no other process.</summary>
    public static RecordedTree HiddenContainer() => RecordedTree.Container().With("/proc/self/mountinfo", "1 0 0:60 / / rw - overlay overlay rw\n2 1 259:2 /var/lib/docker/hosts /etc/hosts rw - ext4 /dev/nvme0n1p2 rw")
        .With("/run/.containerenv", "engine=\"podman-5.2\"");

    public static RecordedTree Thousand()
    {
        var tree = new RecordedTree().With("/sys/devices/system/cpu/online", "0-999").With("/sys/devices/system/cpu/present", "0-1023");
        for (var cpu = 0; cpu < 1000; cpu++)
            tree.With($"/sys/devices/system/cpu/cpu{cpu}/topology/core_id", (cpu % 125).ToString(CultureInfo.InvariantCulture))
                .With($"/sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", (cpu / 125).ToString(CultureInfo.InvariantCulture));
        for (var node = 0; node < 8; node++) tree.WithNumaNode(node, $"{node * 125}-{(node * 125) + 124}", 1 << 30, "10 20 20 20 20 20 20 20");
        return tree;
    }

    private static RecordedTree WithKernel(this RecordedTree tree, string release) => tree.With("/proc/sys/kernel/osrelease", release)
        .With("/proc/filesystems", "nodev\tproc\nnodev\tcgroup2\n\text4").With("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1").With("/proc/sys/kernel/perf_event_paranoid", "2")
        .With("/proc/sys/kernel/seccomp/actions_avail", "kill_process allow").WithDirectory("/sys/fs/bpf").With("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc");
}
