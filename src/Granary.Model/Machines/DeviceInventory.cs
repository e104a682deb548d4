using System.Text.Json.Serialization;

namespace Granary.Model;

/// <summary>A whole disk (partitions are told with the file systems on them).</summary>
public sealed record StorageDevice
{
    public required string Name { get; init; }

    /// <summary><c>nvme</c>, <c>ssd</c>, <c>hdd</c>, <c>virtual</c> (of a virtual machine), <c>mapped</c> (device mapper, RAID), <c>ram</c>, <c>other</c>.</summary>
    public required string Kind { get; init; }
    [JsonPropertyName("size_mib")] public Reading<long> SizeMiB { get; init; }
    public Reading<bool> Rotational { get; init; }
    public Reading<string> Scheduler { get; init; }
    public Reading<string> Model { get; init; }
    public Reading<long> NumaNode { get; init; }
}

/// <summary>A file system that is mounted and holds files.</summary>
public sealed record FileSystemInventory
{
    public required string MountPoint { get; init; }
    public required string Type { get; init; }
    public required string Device { get; init; }
    public required string Options { get; init; }

    /// <summary>The disks below it, whose names are in the list of storage; absent for network and memory file systems.</summary>
    public Reading<string> Disks { get; init; }
    [JsonPropertyName("total_mib")] public Reading<long> TotalMiB { get; init; }
    [JsonPropertyName("free_mib")] public Reading<long> FreeMiB { get; init; }
}

/// <summary>Where a path lies.</summary>
/// <param name="Disks">Comma-separated names; absent where there is no disk below it.</param>
public sealed record PathPlace(string Path, Reading<string> MountPoint, Reading<string> Type, Reading<string> Disks, Reading<long> NumaNode);

public sealed record NetworkInterfaceInventory
{
    public required string Name { get; init; }

    /// <summary><c>ethernet</c>, <c>wireless</c>, <c>infiniband</c>, <c>loopback</c>, <c>bridge</c>, <c>bond</c>, <c>vlan</c>, <c>tunnel</c>, <c>virtual</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>A device is behind it (of a virtual machine: one that its host gives it).</summary>
    public bool Physical { get; init; }
    public Reading<long> SpeedMbps { get; init; }
    public Reading<string> Duplex { get; init; }

    /// <summary><c>up</c>, <c>down</c>, <c>unknown</c>, ...</summary>
    public Reading<string> State { get; init; }
    public Reading<string> Driver { get; init; }
    public Reading<long> Mtu { get; init; }
    public Reading<long> NumaNode { get; init; }
}

/// <summary>A GPU or another device that computes.</summary>
public sealed record AcceleratorInventory
{
    /// <summary>Names it on its node for good: its unique id where it has one, else vendor and address.</summary>
    public required string Id { get; init; }

    /// <summary><c>nvidia</c>, <c>amd</c>, <c>intel</c>, <c>habana</c>, <c>declared</c>, <c>simulated</c>, or a PCI vendor such as <c>0x1d0f</c>.</summary>
    public required string Vendor { get; init; }

    /// <summary><c>gpu</c>, <c>npu</c>, <c>fpga</c>, <c>tpu</c>, ...</summary>
    public required string Kind { get; init; }

    /// <summary>The vendor's name for it: accelerators of one model are equally fast.</summary>
    public Reading<string> Model { get; init; }
    public Reading<string> Driver { get; init; }
    public Reading<string> PciAddress { get; init; }
    public Reading<long> NumaNode { get; init; }
    [JsonPropertyName("memory_mib")] public Reading<long> MemoryMiB { get; init; }
    [JsonPropertyName("memory_used_mib")] public Reading<long> MemoryUsedMiB { get; init; }

    /// <summary>Part of the last moment in which it computed.</summary>
    public Reading<double> UtilizationPercent { get; init; }
    public Reading<double> PowerWatts { get; init; }

    /// <summary>Since a moment of the driver's choosing (its load, the boot): differences count.</summary>
    public Reading<double> EnergyJoules { get; init; }
    public Reading<double> TemperatureCelsius { get; init; }

    /// <summary>Whether it is cut into instances of its own (NVIDIA MIG).</summary>
    public Reading<bool> Partitioned { get; init; }
}
