using System.Globalization;

namespace Granary.Hardware;

/// <summary>Bytes that all whole disks and all interfaces with a device have moved since boot; null where that cannot be read.</summary>
internal readonly record struct DeviceTotals(long? DiskBytes, long? NetworkBytes)
{
    public static DeviceTotals Read(SystemRoot root)
    {
        long? disk = null, network = null;
        foreach (var name in root.List("/sys/block"))
        {
            // device mapper and RAID move what their disks move
            if (StorageReader.Kind(name, default) is "mapped" or "ram" || name.StartsWith("loop", StringComparison.Ordinal)) continue;
            // kernel documentation, block/stat: sectors of 512 bytes read are the third field, written the seventh
            var fields = (root.Read($"/sys/block/{name}/stat") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 6 && Number(fields[2]) is { } read && Number(fields[6]) is { } written) disk = (disk ?? 0) + ((read + written) * 512);
        }
        foreach (var name in root.List("/sys/class/net"))
        {
            if (!root.HasDirectory($"/sys/class/net/{name}/device")) continue;
            if (Number(root.Read($"/sys/class/net/{name}/statistics/rx_bytes")) is { } received && Number(root.Read($"/sys/class/net/{name}/statistics/tx_bytes")) is { } sent)
                network = (network ?? 0) + received + sent;
        }
        return new(disk, network);
    }

    /// <summary>A second's part of what was moved since; null where either is not known, or a counter ran backwards (a device went away).</summary>
    public static double? Rate(long? before, long? now, TimeSpan elapsed) => before is { } b && now is { } n && n >= b && elapsed > TimeSpan.Zero ? (n - b) / elapsed.TotalSeconds : null;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < 1L << 54 ? value : null;
}
