using Granary.Model;

namespace Granary.Hardware;

/// <summary>Physical or virtual, which cloud, which container: from DMI, the CPU's flags and files that container managers leave. Nothing is asked over the network.</summary>
internal static class PlatformReader
{
    private const string Dmi = "/sys/class/dmi/id";

    public static PlatformInventory Read(SystemRoot root, CpuInfo cpu)
    {
        var vendor = root.Text($"{Dmi}/sys_vendor");
        var product = root.Text($"{Dmi}/product_name");
        var asset = root.Text($"{Dmi}/chassis_asset_tag").Or("")!;
        var xen = root.Text("/sys/hypervisor/type").Or("")!;
        var hypervisor = Hypervisor(vendor.Or("")!, product.Or("")!, xen, cpu.IsVirtual);
        var cloud = Cloud(vendor.Or("")!, product.Or("")!, asset);
        var seen = cpu.IsThere || vendor.IsKnown || xen.Length > 0;
        return new PlatformInventory
        {
            Kind = !seen ? Readings.Absent<string>("neither /proc/cpuinfo nor DMI")
                : hypervisor.Length > 0 ? Readings.Measured("virtual")
                : cpu.Flags.Count > 0 ? Readings.Measured("physical") : Readings.Estimated("physical", "nothing says that it is virtual"),
            Hypervisor = hypervisor.Length > 0 ? Readings.Measured(hypervisor) : Readings.Absent<string>(seen ? "none was found" : "neither /proc/cpuinfo nor DMI"),
            Cloud = cloud.Length > 0 ? Readings.Measured(cloud) : Readings.Absent<string>(vendor.IsKnown ? "DMI names no cloud" : $"no {Dmi}"),
            Container = Container(root),
            Vendor = vendor,
            Product = product,
            Chassis = root.Whole($"{Dmi}/chassis_type", 1, 255).As(Chassis),
            OnBattery = Battery(root),
        };
    }

    /// <summary>Empty for none.</summary>
    internal static string Hypervisor(string vendor, string product, string xen, bool flag)
    {
        var text = $"{vendor} {product}";
        if (xen == "xen" || Has(text, "Xen") || Has(text, "HVM domU")) return "xen";
        if (Has(text, "VMware")) return "vmware";
        if (Has(text, "VirtualBox") || Has(text, "innotek")) return "virtualbox";
        if (Has(text, "Microsoft Corporation Virtual Machine")) return "hyper-v";
        // what these sell as a machine is a guest of KVM, except where the flag says that it is the machine itself
        if (Has(text, "KVM") || Has(text, "Google Compute Engine") || Has(text, "OpenStack") || Has(text, "DigitalOcean") || Has(text, "Alibaba Cloud ECS")) return flag || Has(text, "KVM") ? "kvm" : "";
        if (Has(text, "Amazon EC2")) return flag ? "kvm" : "";
        if (Has(text, "QEMU") || Has(text, "Bochs")) return flag ? "kvm" : "qemu";
        return flag ? "unknown" : "";
    }

    /// <summary>Empty for none that DMI names.</summary>
    internal static string Cloud(string vendor, string product, string asset)
    {
        if (Has(vendor, "Amazon EC2")) return "aws";
        if (Has(vendor, "Google") || Has(product, "Google Compute Engine")) return "gcp";
        // the tag that tells a guest of Azure from another of Hyper-V
        if (Has(vendor, "Microsoft") && asset == "7783-7084-3265-9085-8269-3286-77") return "azure";
        if (Has(vendor, "Alibaba")) return "alibaba";
        if (Has(vendor, "DigitalOcean")) return "digitalocean";
        if (Has(vendor, "Hetzner")) return "hetzner";
        if (Has(vendor, "OracleCloud") || Has(asset, "OracleCloud")) return "oracle";
        return Has(vendor, "OpenStack") || Has(product, "OpenStack") ? "openstack" : "";
    }

    internal static Reading<string> Container(SystemRoot root)
    {
        var group = root.Read("/proc/1/cgroup") ?? "";
        var own = root.Read("/proc/self/cgroup") ?? "";
        var told = root.Text("/run/systemd/container").Or("")!;
        if (root.HasDirectory("/var/run/secrets/kubernetes.io") || root.HasDirectory("/run/secrets/kubernetes.io") || Has(group, "kubepods") || Has(own, "kubepods"))
            return Readings.Measured("kubernetes");
        if (root.Read("/run/.containerenv") is not null || told == "podman" || Has(group, "libpod")) return Readings.Measured("podman");
        if (root.Read("/.dockerenv") is not null || told == "docker" || Has(group, "/docker")) return Readings.Measured("docker");
        if (told.Length > 0) return Readings.Measured(told);
        if (Has(group, "/lxc")) return Readings.Measured("lxc");
        return group.Length == 0 && own.Length == 0 ? Readings.Absent<string>("no /proc/1/cgroup") : Readings.Measured("none");
    }

    // SMBIOS 3.7, 7.4.1: chassis types
    internal static string Chassis(long type) => type switch
    {
        3 or 4 or 5 or 6 or 7 or 13 or 15 or 16 or 24 or 35 or 36 => "desktop",
        8 or 9 or 10 or 14 or 30 or 31 or 32 => "laptop",
        17 or 22 or 23 or 25 or 28 or 29 => "server",
        _ => "other",
    };

    private static Reading<bool> Battery(SystemRoot root)
    {
        const string Supplies = "/sys/class/power_supply";
        foreach (var name in root.List(Supplies).Order(StringComparer.Ordinal))
        {
            // mice and keyboards have batteries too, with the scope Device
            if (root.Read($"{Supplies}/{name}/type") != "Battery" || root.Read($"{Supplies}/{name}/scope") == "Device") continue;
            var status = root.Text($"{Supplies}/{name}/status");
            return status.IsKnown ? Readings.Measured(status.Value == "Discharging") : Readings.Absent<bool>($"{name} does not say");
        }
        return Readings.Absent<bool>("no battery");
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
