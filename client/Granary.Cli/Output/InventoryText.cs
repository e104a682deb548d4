using System.Globalization;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>An inventory in a few words a column; empty where none was told. <c>~</c> marks what is estimated.</summary>
internal static class InventoryText
{
    /// <summary><c>kvm/aws 6.8.0</c>, <c>physical (podman) 6.8.0</c>.</summary>
    public static string Machine(HardwareInventory? found)
    {
        if (found is null) return "";
        var platform = found.Platform;
        var kind = platform.Hypervisor.Or(null) is { } hypervisor && hypervisor != "unknown" ? hypervisor : platform.Kind.Or("-");
        var cloud = platform.Cloud.IsKnown ? $"/{platform.Cloud.Value}" : "";
        var container = platform.Container is { IsKnown: true, Value: not "none" } ? $" ({platform.Container.Value})" : "";
        return $"{kind}{cloud}{container} {found.Kernel.Release}";
    }

    /// <summary><c>2x32c/128t 4numa</c>.</summary>
    public static string Cpus(HardwareInventory? found)
    {
        if (found is null) return "";
        var cpu = found.Cpu;
        var cores = cpu is { Packages: { IsKnown: true, Value: > 0 }, Cores.IsKnown: true } ? string.Create(CultureInfo.InvariantCulture, $"{cpu.Packages.Value}x{cpu.Cores.Value / cpu.Packages.Value}c/") : "";
        var numa = found.Numa.Items.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" {found.Numa.Items.Count}numa") : "";
        return $"{cores}{cpu.Threads}t{numa}";
    }

    /// <summary><c>8 NVIDIA A100-SXM4-40GB</c>.</summary>
    public static string Accelerators(HardwareInventory? found) => found is null
        ? ""
        : Counted(found.Accelerators.Items.Select(a => $"{(a.Vendor is "simulated" ? "simulated " : "")}{a.Model.Or(null) ?? a.Vendor}"), found.Accelerators.Source);

    /// <summary><c>2 nvme, 1 hdd</c>.</summary>
    public static string Disks(HardwareInventory? found) => found is null ? "" : Counted(found.Storage.Items.Where(d => d.Kind is not ("mapped" or "ram")).Select(d => d.Kind), found.Storage.Source);

    /// <summary>Interfaces with a device: <c>ens1f0 100G</c>.</summary>
    public static string Network(HardwareInventory? found)
    {
        if (found is null) return "";
        if (found.Network.Source == ReadingSource.Absent) return "-";
        return string.Join(", ", found.Network.Items.Where(i => i.Physical).Take(4).Select(i => i.SpeedMbps is { IsKnown: true, Value: var speed }
            ? string.Create(CultureInfo.InvariantCulture, $"{i.Name} {(speed >= 1000 ? $"{speed / 1000.0:0.#}G" : $"{speed}M")}") : i.Name));
    }

    public static string Declared(HardwareInventory? found) =>
        found is null ? "" : string.Join("; ", found.Declared.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Name}={d.Amount:0.###}{(d.Calendar == "always" ? "" : $" {d.Calendar}")}")));

    /// <summary>Median and 95th percentile of CPU and memory: <c>cpu 3/40% mem 12/15%</c>.</summary>
    public static string Usual(HardwareInventory? found) => found?.Baseline is { CpuPercent: var cpu, MemoryPercent: var memory } && cpu.Median.IsKnown
        ? string.Create(CultureInfo.InvariantCulture, $"cpu {cpu.Median.Value:0}/{cpu.P95.Value:0}% mem {memory.Median.Value:0}/{memory.P95.Value:0}%")
        : "";

    private static string Counted(IEnumerable<string> names, ReadingSource source) => source == ReadingSource.Absent
        ? "-"
        : string.Join(", ", names.GroupBy(n => n, StringComparer.Ordinal).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {g.Key}")));
}
