namespace Granary.Hardware.Tests;

public sealed class CgroupTests
{
    private const string V1Mounts = "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n"
        + "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0";

    [Fact]
    public void Version_1_serves_the_memory_controller_even_where_2_is_mounted_too()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts", V1Mounts).With("/proc/self/cgroup", "4:memory:/box/7\n1:cpu:/\n0::/")
            .WithDirectory("/sys/fs/cgroup/memory/box/7").WithDirectory("/sys/fs/cgroup/cpu")
            .With("/sys/fs/cgroup/memory/box/7/memory.limit_in_bytes", "9223372036854771712")
            .With("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1").With("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");

        var found = CgroupFileSystem.Detect(tree.Root);

        Assert.Equal((CgroupVersion.V1, "/sys/fs/cgroup/memory/box/7", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/memory", ""),
            (found.Version, found.MemoryPath, found.CpuPath, found.MountPath, found.WhyNot));
        Assert.True(found.Usable);
        Assert.Equal(new CgroupLimits(null, null), CgroupLimits.Read(tree.Root, found));
    }

    [Fact]
    public void A_quota_of_version_1_limits_the_CPU()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts", V1Mounts).With("/proc/self/cgroup", "4:memory:/\n1:cpu:/")
            .With("/sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456")
            .With("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000").With("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");

        Assert.Equal(new CgroupLimits(500, 256), CgroupLimits.Read(tree.Root, CgroupFileSystem.Detect(tree.Root)));
    }

    [Fact]
    public void Controllers_joined_in_one_mount_are_found()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts",
                "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0")
            .With("/proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/").WithDirectory("/sys/fs/cgroup/cpu,cpuacct/a").WithDirectory("/sys/fs/cgroup/memory");

        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct/a", CgroupFileSystem.Detect(tree.Root).CpuPath);
    }

    [Fact]
    public void Version_2_without_the_memory_controller_says_what_would_help()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0")
            .With("/proc/self/cgroup", "0::/user.slice/x.scope").With("/sys/fs/cgroup/user.slice/x.scope/cgroup.controllers", "pids");

        var found = CgroupFileSystem.Detect(tree.Root);

        Assert.Equal((CgroupVersion.None, "the memory controller is not delegated to /sys/fs/cgroup/user.slice/x.scope (systemd: Delegate=yes)"),
            (found.Version, found.WhyNot));
    }

    [Fact]
    public void A_group_that_cannot_be_written_is_not_usable()
    {
        // a file where the group's directory should be: nothing can be made below it, not even by root
        using var tree = new RecordedTree().With("/proc/self/mounts", V1Mounts).With("/proc/self/cgroup", "4:memory:/").With("/sys/fs/cgroup/memory", "");

        var found = CgroupFileSystem.Detect(tree.Root);

        Assert.False(found.Usable);
        Assert.StartsWith("groups cannot be made in /sys/fs/cgroup/memory", found.WhyNot, StringComparison.Ordinal);
    }

    [Fact]
    public void Detection_leaves_nothing_behind()
    {
        using var tree = RecordedTree.Container();

        Assert.True(CgroupFileSystem.Detect(tree.Root).Usable);

        Assert.DoesNotContain(tree.Root.List("/sys/fs/cgroup"), name => name.StartsWith("granary", StringComparison.Ordinal));
    }
}
