using Granary.Model;

namespace Granary.Hardware;

/// <summary>Reads what a machine is made of. Never fails: what cannot be read is absent, with the reason.</summary>
public sealed class HardwareReader
{
    private readonly SystemRoot _root;
    private readonly FileSystemSpace _space;
    private readonly IReadOnlyList<IAcceleratorSource> _accelerators;

    /// <param name="root">Where /proc and /sys are.</param>
    /// <param name="accelerators">Who knows of accelerators; those of this machine by default (<see cref="AcceleratorSources"/>).</param>
    /// <param name="space">Asked for the space of file systems that are not on another machine; the system by default.</param>
    public HardwareReader(SystemRoot root, IReadOnlyList<IAcceleratorSource>? accelerators = null, FileSystemSpace? space = null)
    {
        _root = root;
        _space = space ?? FileSystemReader.AskSystem;
        _accelerators = accelerators ?? AcceleratorSources.Of(root);
    }

    /// <param name="at">When it is read.</param>
    /// <param name="paths">Absolute paths whose disks are of interest: the data directory.</param>
    public HardwareInventory Read(DateTimeOffset at, params IReadOnlyList<string> paths)
    {
        var groups = CgroupFileSystem.Detect(_root);
        var mounts = Mount.Read(_root);
        var blocks = new BlockTree(_root);
        var disks = StorageReader.Read(_root);
        return new HardwareInventory
        {
            At = at,
            Cpu = CpuReader.Read(_root),
            Memory = MemoryReader.Read(_root, CgroupLimits.Read(_root, groups)),
            Numa = NumaReader.Read(_root),
            Storage = disks,
            FileSystems = FileSystemReader.Read(mounts, blocks, _space),
            Paths = Listed.Measured<PathPlace>([.. paths.Select(p => FileSystemReader.Place(p, mounts, blocks, disks))], 16),
            Network = NetworkReader.Read(_root),
            Accelerators = AcceleratorSources.Read(_accelerators),
            Cgroups = CgroupReader.Read(_root, groups),
            Kernel = KernelReader.Read(_root),
            Platform = PlatformReader.Read(_root, CpuInfo.Read(_root)),
        };
    }
}
