using Granary.Model;

namespace Granary.Hardware;

/// <summary>Network interfaces from <c>/sys/class/net</c>. Addresses are not read: nobody here needs them.</summary>
internal static class NetworkReader
{
    private const string Net = "/sys/class/net";

    // if_arp.h
    private const long Loopback = 772;
    private const long Infiniband = 32;

    public static Listed<NetworkInterfaceInventory> Read(SystemRoot root)
    {
        if (!root.HasDirectory(Net)) return Listed.Absent<NetworkInterfaceInventory>($"no {Net}");
        var only = root.OnlyNumaNode();
        // physical ones first: a machine with containers has hundreds of others
        return Listed.Measured<NetworkInterfaceInventory>([.. root.List(Net).Where(n => root.HasDirectory($"{Net}/{n}"))
            .Select(n => Interface(root, n, only)).OrderByDescending(i => i.Physical).ThenBy(i => i.Name, StringComparer.Ordinal)]);
    }

    private static NetworkInterfaceInventory Interface(SystemRoot root, string name, int onlyNode)
    {
        var at = $"{Net}/{name}";
        var physical = root.HasDirectory($"{at}/device");
        return new NetworkInterfaceInventory
        {
            Name = SystemFields.Clean(name),
            Kind = Kind(root, at, physical),
            Physical = physical,
            // -1 while the link is down; virtual ones have none
            SpeedMbps = root.Whole($"{at}/speed", 1, 10_000_000),
            Duplex = root.Text($"{at}/duplex") is { IsKnown: true, Value: not "unknown" } duplex ? duplex : Readings.Absent<string>("the driver does not say"),
            State = root.Text($"{at}/operstate"),
            Driver = root.Uevent($"{at}/device/uevent", "DRIVER"),
            Mtu = root.Whole($"{at}/mtu", 1, 1 << 20),
            NumaNode = physical ? root.NumaNode(onlyNode, $"{at}/device/numa_node", $"{at}/device/device/numa_node") : Readings.Absent<long>("no device is behind it"),
        };
    }

    private static string Kind(SystemRoot root, string at, bool physical)
    {
        var type = root.Whole($"{at}/type").Or(0);
        if (type == Loopback) return "loopback";
        if (type == Infiniband) return "infiniband";
        if (root.HasDirectory($"{at}/wireless") || root.HasDirectory($"{at}/phy80211")) return "wireless";
        if (root.HasDirectory($"{at}/bridge")) return "bridge";
        if (root.HasDirectory($"{at}/bonding")) return "bond";
        if (root.Read($"{at}/tun_flags") is not null) return "tunnel";
        return root.Uevent($"{at}/uevent", "DEVTYPE").Or("") switch
        {
            "vlan" => "vlan",
            "wlan" => "wireless",
            "bridge" => "bridge",
            "bond" => "bond",
            "vxlan" or "gre" or "wireguard" => "tunnel",
            _ => physical ? "ethernet" : "virtual",
        };
    }
}
