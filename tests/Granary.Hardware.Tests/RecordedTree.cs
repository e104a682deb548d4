namespace Granary.Hardware.Tests;

/// <summary>A /proc and /sys made for a test in a temporary directory.</summary>
internal sealed class RecordedTree : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("granary-tree-").FullName;

    public SystemRoot Root => new(_path);

    public RecordedTree With(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path + path)!);
        File.WriteAllText(_path + path, text + "\n");
        return this;
    }

    /// <summary>Puts the same bytes into every file there is.</summary>
    public RecordedTree WithEverywhere(byte[] content)
    {
        foreach (var file in Directory.EnumerateFiles(_path, "*", SearchOption.AllDirectories).ToList()) File.WriteAllBytes(file, content);
        return this;
    }

    public RecordedTree WithDirectory(string path)
    {
        Directory.CreateDirectory(_path + path);
        return this;
    }

    /// <summary>Two packages, each a NUMA node, two cores of two threads: CPUs 0,4 1,5 and 2,6 3,7; 64 GiB.</summary>
    public static RecordedTree TwoSockets()
    {
        var tree = new RecordedTree().With("/sys/devices/system/cpu/online", "0-7")
            .With("/sys/devices/system/node/node0/cpulist", "0-1,4-5").With("/sys/devices/system/node/node1/cpulist", "2-3,6-7")
            .With("/proc/self/status", "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0-1")
            .With("/proc/meminfo", "MemTotal:       67108864 kB\nMemFree:        1000000 kB\nMemAvailable:   33554432 kB");
        for (var cpu = 0; cpu < 8; cpu++)
            tree.With($"/sys/devices/system/cpu/cpu{cpu}/topology/core_id", $"{cpu % 2}")
                .With($"/sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", $"{cpu % 4 / 2}");
        return tree;
    }

    /// <summary>A container on version 2: 1.5 CPUs, 512 MiB, bound to two of the machine's CPUs, and no /sys.</summary>
    public static RecordedTree Container() => new RecordedTree()
        .With("/proc/self/status", "Cpus_allowed_list:\t2-3")
        .With("/proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime 0 0")
        .With("/proc/self/cgroup", "0::/../../elsewhere")
        .With("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids")
        .With("/sys/fs/cgroup/cpu.max", "150000 100000")
        .With("/sys/fs/cgroup/memory.max", "536870912")
        .With("/proc/meminfo", "MemTotal:       16777216 kB\nMemAvailable:   8388608 kB");

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
