using Granary.Model;

namespace Granary.Hardware;

/// <summary>How large a mounted file system is and what is free, bytes; null when it cannot be asked.</summary>
public delegate (long Total, long Free)? FileSystemSpace(string mountPoint);

/// <summary>File systems from <c>/proc/self/mountinfo</c>, their space from statvfs, and the disks below paths.</summary>
internal static class FileSystemReader
{
    public static (long Total, long Free)? AskSystem(string mountPoint)
    {
        try
        {
            var drive = new DriveInfo(mountPoint);
            return (drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    public static Listed<FileSystemInventory> Read(IReadOnlyList<Mount> mounts, BlockTree blocks, FileSystemSpace space) => mounts.Count == 0
        ? Listed.Absent<FileSystemInventory>("neither /proc/self/mountinfo nor /proc/self/mounts")
        : Listed.Measured<FileSystemInventory>([.. mounts.Where(m => m.HoldsFiles).Select(m => One(m, blocks, space))]);

    public static PathPlace Place(string path, IReadOnlyList<Mount> mounts, BlockTree blocks, Listed<StorageDevice> disks)
    {
        Mount? best = null;
        foreach (var mount in mounts)
            if (IsBelow(path, mount.Point) && (best is null || mount.Point.Length >= best.Value.Point.Length)) best = mount;
        if (best is not { } found)
        {
            const string Why = "no mount holds this path";
            return new(path, Readings.Absent<string>(Why), Readings.Absent<string>(Why), Readings.Absent<string>(Why), Readings.Absent<long>(Why));
        }
        var names = Disks(found, blocks);
        var nodes = (names.Value ?? "").Split(',').Select(n => disks.Items.FirstOrDefault(d => d.Name == n)?.NumaNode).OfType<Reading<long>>().Distinct().ToArray();
        return new(path, Readings.Measured(SystemFields.Clean(found.Point)), Readings.Measured(SystemFields.Clean(found.Type)), names,
            nodes.Length == 1 ? nodes[0] : Readings.Absent<long>(nodes.Length == 0 ? "no disk is known below it" : "its disks are on several nodes"));
    }

    private static FileSystemInventory One(Mount mount, BlockTree blocks, FileSystemSpace space)
    {
        var room = mount.IsNetwork ? null : space(mount.Point);
        var why = mount.IsNetwork ? "a network file system is not asked: it may not answer" : "it cannot be asked";
        return new FileSystemInventory
        {
            MountPoint = SystemFields.Clean(mount.Point),
            Type = SystemFields.Clean(mount.Type),
            Device = SystemFields.Clean(mount.Device),
            Options = SystemFields.Clean(mount.Options),
            Disks = Disks(mount, blocks),
            TotalMiB = room is { } r && r.Total >= 0 ? Readings.Measured(r.Total >> 20) : Readings.Absent<long>(why),
            FreeMiB = room is { } f && f.Free >= 0 ? Readings.Measured(f.Free >> 20) : Readings.Absent<long>(why),
        };
    }

    private static Reading<string> Disks(Mount mount, BlockTree blocks)
    {
        if (mount.IsMemory) return Readings.Absent<string>("it is in memory");
        if (mount.IsNetwork) return Readings.Absent<string>("it is on another machine");
        var disks = blocks.DisksBelow(mount.Device, mount.Number);
        return disks.Count > 0 ? Readings.Measured(SystemFields.Clean(string.Join(',', disks))) : Readings.Absent<string>("its device is not in /sys/block");
    }

    private static bool IsBelow(string path, string point) =>
        point == "/" ? path.StartsWith('/') : path.StartsWith(point, StringComparison.Ordinal) && (path.Length == point.Length || path[point.Length] == '/');
}
