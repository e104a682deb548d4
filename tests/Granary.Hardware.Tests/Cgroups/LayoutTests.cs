namespace Granary.Hardware.Tests.Cgroups;

public sealed class LayoutTests
{
    [Fact]
    public void One_hierarchy_of_version_2_serves_all()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0")
            .With("/proc/self/cgroup", "0::/system.slice/granary.service")
            .With("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids")
            .With("/sys/fs/cgroup/system.slice/granary.service/cgroup.controllers", "cpu io memory pids");

        var layout = CgroupLayout.Detect(tree.Root);

        var one = Assert.Single(layout.Hierarchies);
        Assert.Equal(CgroupVersion.V2, one.Version);
        Assert.Equal(["/sys/fs/cgroup/system.slice/granary.service", "/sys/fs/cgroup"], one.Parents);
        Assert.Equal(Enum.GetValues<CgroupController>(), one.Controllers);
        Assert.Empty(layout.WhyNot);
    }

    [Fact]
    public void Version_1_has_one_for_each_mount_and_a_hybrid_machine_some_of_each()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts", """
                cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
                cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
                cgroup /sys/fs/cgroup/blkio cgroup rw,blkio 0 0
                cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0
                cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
                """)
            .With("/proc/self/cgroup", "4:memory:/box\n1:cpu,cpuacct:/\n0::/")
            .WithDirectory("/sys/fs/cgroup/cpu,cpuacct").WithDirectory("/sys/fs/cgroup/memory/box").WithDirectory("/sys/fs/cgroup/blkio")
            .With("/sys/fs/cgroup/unified/cgroup.controllers", "hugetlb pids");

        var layout = CgroupLayout.Detect(tree.Root);

        Assert.Equal(["/sys/fs/cgroup/memory/box", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/blkio", "/sys/fs/cgroup/unified"], layout.Hierarchies.Select(h => h.Parents[0]));
        Assert.Equal([CgroupController.Pids, CgroupController.Freezer], layout.Hierarchies[3].Controllers);
        Assert.Equal(CgroupVersion.V2, layout.For(CgroupController.Pids)!.Version);
        Assert.Equal("the cpuset controller is not here, or not delegated to this group (systemd: Delegate=yes)", Assert.Single(layout.WhyNot).Value);
    }

    [Fact]
    public void Partly_delegated_says_what_is_not()
    {
        using var tree = new RecordedTree().With("/proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0").With("/proc/self/cgroup", "0::/")
            .With("/sys/fs/cgroup/cgroup.controllers", "memory pids");

        var layout = CgroupLayout.Detect(tree.Root);

        Assert.Equal([CgroupController.Memory, CgroupController.Pids, CgroupController.Freezer], Assert.Single(layout.Hierarchies).Controllers);
        Assert.Equal([CgroupController.Cpu, CgroupController.Io, CgroupController.Cpuset], layout.WhyNot.Keys.Order());
    }

    [Fact]
    public void None_and_read_only_say_why()
    {
        using var none = new RecordedTree().With("/proc/self/mounts", "proc /proc proc rw 0 0");
        Assert.Empty(CgroupLayout.Detect(none.Root).Hierarchies);
        Assert.Equal("no cgroup file system is mounted", CgroupLayout.Detect(none.Root).WhyNot[CgroupController.Memory]);

        // a file where the group's directory should be: nothing can be made below it, not even by root
        using var closed = new RecordedTree().With("/proc/self/mounts", "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0").With("/sys/fs/cgroup/memory", "");
        var layout = CgroupLayout.Detect(closed.Root);
        Assert.Empty(layout.Hierarchies);
        Assert.StartsWith("groups cannot be made in /sys/fs/cgroup/memory: it is no directory", layout.WhyNot[CgroupController.Memory], StringComparison.Ordinal);
    }

    [Fact]
    public void Detection_leaves_nothing_behind()
    {
        using var tree = RecordedTree.Container();

        Assert.NotEmpty(CgroupLayout.Detect(tree.Root).Hierarchies);

        Assert.DoesNotContain(tree.Root.List("/sys/fs/cgroup"), name => name.StartsWith("granary", StringComparison.Ordinal));
    }

    [Fact]
    public void Disks_are_whole_ones_that_hold_something()
    {
        using var tree = new RecordedTree();
        foreach (var (name, dev, size) in new[] { ("vda", "254:0", "512"), ("nvme0n1", "259:0", "9"), ("loop0", "7:0", "8"), ("zram0", "253:0", "8"), ("sdb", "8:16", "0") })
            tree.With($"/sys/block/{name}/dev", dev).With($"/sys/block/{name}/size", size);
        tree.WithDirectory("/sys/block/broken");

        Assert.Equal(["259:0", "254:0"], Disks.Numbers(tree.Root));
    }

    [Fact]
    public void A_CPU_that_goes_offline_is_told_once()
    {
        using var tree = new RecordedTree().With("/sys/devices/system/cpu/online", "0-3");
        var online = new OnlineCpus(tree.Root);
        Assert.Null(online.Changed());
        tree.With("/sys/devices/system/cpu/online", "0,2-3");
        Assert.Equal([0, 2, 3], online.Changed()!);
        Assert.Null(online.Changed());
        tree.With("/sys/devices/system/cpu/online", "");
        Assert.Null(online.Changed());
    }
}
