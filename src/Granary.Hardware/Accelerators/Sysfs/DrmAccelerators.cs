using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// Graphics cards that the kernel's drivers tell of (<c>/sys/class/drm/cardN</c>): AMD's in full, Intel's and others as far as they say.
/// Displays of servers and virtual machines, which compute nothing, are left out.
/// </summary>
internal sealed class DrmAccelerators(SystemRoot root) : IAcceleratorSource
{
    private const string Drm = "/sys/class/drm";

    public Listed<AcceleratorInventory> Read()
    {
        if (!root.HasDirectory(Drm)) return Listed.Absent<AcceleratorInventory>($"AMD, Intel: no {Drm}");
        var only = root.OnlyNumaNode();
        return Listed.Measured<AcceleratorInventory>([.. root.Numbered(Drm, "card").Select(n => Card($"{Drm}/card{n}/device", only)).OfType<AcceleratorInventory>()]);
    }

    private AcceleratorInventory? Card(string at, int onlyNode)
    {
        var vendor = PciVendors.Name(root.Read($"{at}/vendor"));
        if (vendor is not ("amd" or "intel" or "nvidia")) return null;
        var address = root.Uevent($"{at}/uevent", "PCI_SLOT_NAME");
        var unique = root.Text($"{at}/unique_id");
        var sensors = Sensors.Of(root, at);
        return new AcceleratorInventory
        {
            Id = unique.IsKnown ? $"{vendor}-{unique.Value}" : $"{vendor}-{address.Or("unknown")}",
            Vendor = vendor,
            Kind = "gpu",
            Model = root.Text($"{at}/product_name") is { IsKnown: true } product ? product : root.Uevent($"{at}/uevent", "PCI_ID").As(id => $"pci {id.ToLowerInvariant()}"),
            Driver = root.Uevent($"{at}/uevent", "DRIVER"),
            PciAddress = address,
            NumaNode = root.NumaNode(onlyNode, $"{at}/numa_node"),
            MemoryMiB = root.Whole($"{at}/mem_info_vram_total").As(bytes => bytes >> 20),
            MemoryUsedMiB = root.Whole($"{at}/mem_info_vram_used").As(bytes => bytes >> 20),
            UtilizationPercent = root.Scaled($"{at}/gpu_busy_percent", 1, 100),
            PowerWatts = sensors.PowerWatts,
            EnergyJoules = sensors.EnergyJoules,
            TemperatureCelsius = sensors.TemperatureCelsius,
            Partitioned = Readings.Absent<bool>("not told by sysfs"),
        };
    }
}

/// <summary>Devices that compute and show no picture: <c>/sys/class/accel</c> (kernel 6.2 and later) and, for older drivers, <c>/sys/class/habanalabs</c>.</summary>
internal sealed class ClassAccelerators(SystemRoot root) : IAcceleratorSource
{
    public Listed<AcceleratorInventory> Read()
    {
        var only = root.OnlyNumaNode();
        var found = new List<AcceleratorInventory>();
        foreach (var (directory, prefix) in new[] { ("/sys/class/accel", "accel"), ("/sys/class/habanalabs", "hl") })
            foreach (var number in root.Numbered(directory, prefix))
                found.Add(Device($"{directory}/{prefix}{number}", only));
        // none is the usual case, and no class directory says so
        return root.HasDirectory("/sys/class") ? Listed.Measured(found) : Listed.Absent<AcceleratorInventory>("others: no /sys/class");
    }

    private AcceleratorInventory Device(string at, int onlyNode)
    {
        var device = $"{at}/device";
        var driver = root.Uevent($"{device}/uevent", "DRIVER");
        var vendor = PciVendors.Name(root.Read($"{device}/vendor"));
        var address = root.Uevent($"{device}/uevent", "PCI_SLOT_NAME") is { IsKnown: true } slot ? slot : root.Text($"{at}/pci_addr");
        var sensors = Sensors.Of(root, device);
        return new AcceleratorInventory
        {
            Id = $"{vendor}-{address.Or(null) ?? Path.GetFileName(at)}",
            Vendor = vendor,
            Kind = "npu",
            Model = root.Text($"{at}/device_type") is { IsKnown: true } type ? type : root.Uevent($"{device}/uevent", "PCI_ID").As(id => $"pci {id.ToLowerInvariant()}"),
            Driver = driver,
            PciAddress = address,
            NumaNode = root.NumaNode(onlyNode, $"{device}/numa_node"),
            MemoryMiB = Readings.Absent<long>("not told by sysfs"),
            MemoryUsedMiB = Readings.Absent<long>("not told by sysfs"),
            UtilizationPercent = Readings.Absent<double>("not told by sysfs"),
            PowerWatts = sensors.PowerWatts,
            EnergyJoules = sensors.EnergyJoules,
            TemperatureCelsius = sensors.TemperatureCelsius,
            Partitioned = Readings.Absent<bool>("not told by sysfs"),
        };
    }
}

internal static class PciVendors
{
    /// <summary>A short name, else the number as it is; <c>unknown</c> where there is none.</summary>
    public static string Name(string? id) => id?.Trim().ToLowerInvariant() switch
    {
        "0x1002" or "0x1022" => "amd",
        "0x8086" => "intel",
        "0x10de" => "nvidia",
        "0x1da3" => "habana",
        "0x17cb" => "qualcomm",
        "0x1d0f" => "amazon",
        "0x1ae0" => "google",
        "0x10ee" => "xilinx",
        { Length: 6 } other => SystemFields.Clean(other),
        _ => "unknown",
    };
}

/// <summary>Sensors of a device (hwmon sysfs interface): power in microwatts, energy in microjoules, temperature in thousandths of a degree.</summary>
internal readonly record struct Sensors(Reading<double> PowerWatts, Reading<double> EnergyJoules, Reading<double> TemperatureCelsius)
{
    public static Sensors Of(SystemRoot root, string device)
    {
        var number = root.Numbered($"{device}/hwmon", "hwmon").Select(n => (int?)n).FirstOrDefault();
        if (number is not { } first)
        {
            var none = Readings.Absent<double>("no hwmon");
            return new(none, none, none);
        }
        var at = $"{device}/hwmon/hwmon{first}";
        var power = root.Scaled($"{at}/power1_average", 1e6);
        return new(power.IsKnown ? power : root.Scaled($"{at}/power1_input", 1e6), root.Scaled($"{at}/energy1_input", 1e6), root.Scaled($"{at}/temp1_input", 1000, 200_000));
    }
}
