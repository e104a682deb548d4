namespace Granary.Hardware.Tests;

/// <summary>Machines as recorded trees.</summary>
public sealed class InventoryTests
{
    [Fact]
    public void Two_sockets()
    {
        using var tree = RecordedTree.TwoSockets();

        var machine = MachineInventory.Read(tree.Root);

        Assert.Equal((8000, 65536), (machine.CpuMilli, machine.MemoryMiB));
        Assert.Equal(new LogicalCpu(6, 0, 1, 1), machine.Topology.Cpus[6]);
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1], machine.Topology.Cpus.Select(c => c.NumaNode));
        Assert.Equal(CgroupVersion.None, machine.Cgroups.Version);
        Assert.False(machine.Cgroups.Usable);
    }

    [Fact]
    public void A_process_bound_to_some_CPUs_has_only_those()
    {
        using var tree = RecordedTree.TwoSockets().With("/proc/self/status", "Cpus_allowed_list:\t1,5");

        Assert.Equal(2000, MachineInventory.Read(tree.Root).CpuMilli);
    }

    [Fact]
    public void A_container_has_what_its_group_allows()
    {
        using var tree = RecordedTree.Container();

        var machine = MachineInventory.Read(tree.Root);

        Assert.Equal((1500, 512), (machine.CpuMilli, machine.MemoryMiB));
        Assert.Equal([2, 3], machine.Topology.Cpus.Select(c => c.Id));
        Assert.Equal("/sys/fs/cgroup", machine.Cgroups.MemoryPath);
    }

    [Fact]
    public void A_machine_that_shows_nothing_has_one_CPU_and_no_known_memory()
    {
        using var tree = new RecordedTree();

        var machine = MachineInventory.Read(tree.Root);

        Assert.Equal((1000, 0), (machine.CpuMilli, machine.MemoryMiB));
    }

    [Fact]
    public void This_machine_has_something()
    {
        var capacity = MachineInventory.Read(SystemRoot.Machine).Capacity;

        Assert.InRange(capacity.CpuMilli, 100, 8_192_000);
        Assert.InRange(capacity.MemoryMiB, 64, long.MaxValue);
    }
}
