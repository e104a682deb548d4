using Granary.Model;

namespace Granary.Hardware;

/// <summary>Whole disks from <c>/sys/block</c>. Loop devices and empty ones are left out: they are files of another disk, or nothing.</summary>
internal static class StorageReader
{
    private const string Block = "/sys/block";

    public static Listed<StorageDevice> Read(SystemRoot root)
    {
        if (!root.HasDirectory(Block)) return Listed.Absent<StorageDevice>($"no {Block}");
        var only = root.OnlyNumaNode();
        return Listed.Measured<StorageDevice>([.. root.List(Block).Order(StringComparer.Ordinal)
            .Where(n => !n.StartsWith("loop", StringComparison.Ordinal) && !n.StartsWith("ram", StringComparison.Ordinal))
            .Select(n => Device(root, n, only)).Where(d => d.SizeMiB is not { IsKnown: true, Value: 0 })]);
    }

    private static StorageDevice Device(SystemRoot root, string name, int onlyNode)
    {
        var at = $"{Block}/{name}";
        var rotational = root.Whole($"{at}/queue/rotational", 0, 1).As(v => v == 1);
        return new StorageDevice
        {
            Name = SystemFields.Clean(name),
            Kind = Kind(name, rotational),
            // sectors of 512 bytes, whatever the disk's own are
            SizeMiB = root.Whole($"{at}/size", 0, long.MaxValue / 512).As(sectors => sectors / 2048),
            Rotational = rotational,
            Scheduler = root.Chosen($"{at}/queue/scheduler"),
            Model = root.Text($"{at}/device/model"),
            NumaNode = root.NumaNode(onlyNode, $"{at}/device/numa_node", $"{at}/device/device/numa_node"),
        };
    }

    internal static string Kind(string name, Reading<bool> rotational) => name switch
    {
        _ when name.StartsWith("nvme", StringComparison.Ordinal) => "nvme",
        _ when name.StartsWith("vd", StringComparison.Ordinal) || name.StartsWith("xvd", StringComparison.Ordinal) => "virtual",
        _ when name.StartsWith("dm-", StringComparison.Ordinal) || name.StartsWith("md", StringComparison.Ordinal) => "mapped",
        _ when name.StartsWith("zram", StringComparison.Ordinal) || name.StartsWith("pmem", StringComparison.Ordinal) => "ram",
        _ when name.StartsWith("sd", StringComparison.Ordinal) || name.StartsWith("hd", StringComparison.Ordinal) || name.StartsWith("mmcblk", StringComparison.Ordinal) =>
            rotational.IsKnown ? rotational.Value ? "hdd" : "ssd" : "other",
        _ => "other",
    };
}
