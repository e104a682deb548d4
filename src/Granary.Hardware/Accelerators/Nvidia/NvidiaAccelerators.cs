using Granary.Model;

namespace Granary.Hardware;

/// <summary>NVIDIA's cards in the order of their indexes, as NVML tells them; where each sits, from sysfs.</summary>
internal sealed class NvidiaAccelerators(Func<(INvml? Library, string WhyNot)> load, SystemRoot root) : IAcceleratorSource
{
    public Listed<AcceleratorInventory> Read()
    {
        var (nvml, whyNot) = load();
        if (nvml is null) return Listed.Absent<AcceleratorInventory>($"NVIDIA: {whyNot}");
        var code = nvml.Count(out var count);
        if (code != INvml.Success) return Listed.Absent<AcceleratorInventory>($"NVIDIA: {SystemFields.Clean(nvml.Explain(code))}");
        var driver = nvml.DriverVersion(out var version) is INvml.Success and var _ && version.Length > 0
            ? Readings.Measured($"nvidia {SystemFields.Clean(version)}") : Readings.Estimated("nvidia", "NVML answers");
        var cards = new List<AcceleratorInventory>();
        var lost = new List<string>();
        for (var index = 0; index < count; index++)
        {
            // a card that fell off the bus keeps its index and answers nothing
            code = nvml.Handle(index, out var device);
            if (code == INvml.Success) cards.Add(Card(nvml, device, index, driver));
            else lost.Add($"NVIDIA: card {index}: {SystemFields.Clean(nvml.Explain(code))}");
        }
        var found = Listed.Measured(cards);
        return lost.Count == 0 ? found : found with { Note = string.Join("; ", lost.Take(4)) };
    }

    private AcceleratorInventory Card(INvml nvml, nint device, int index, Reading<string> driver)
    {
        var address = Told(nvml, nvml.PciBusId(device, out var bus), bus).As(SysfsAddress);
        var uuid = Told(nvml, nvml.Uuid(device, out var id), id);
        var memory = nvml.Memory(device, out var total, out var used);
        return new AcceleratorInventory
        {
            Id = uuid is { IsKnown: true, Value.Length: > 0 } ? uuid.Value : $"nvidia-{address.Or(null) ?? $"index-{index}"}",
            Vendor = "nvidia",
            Kind = "gpu",
            Model = Told(nvml, nvml.Name(device, out var name), name),
            Driver = driver,
            PciAddress = address,
            NumaNode = root.NumaNode(root.OnlyNumaNode(), $"/sys/bus/pci/devices/{address.Or("unknown")}/numa_node"),
            MemoryMiB = Of(nvml, memory, (long)Math.Min(total >> 20, long.MaxValue)),
            MemoryUsedMiB = Of(nvml, memory, (long)Math.Min(used >> 20, long.MaxValue)),
            UtilizationPercent = Of(nvml, nvml.Utilization(device, out var busy), Math.Min(busy, 100.0)),
            PowerWatts = Of(nvml, nvml.Power(device, out var milliwatts), milliwatts / 1000.0),
            EnergyJoules = Of(nvml, nvml.Energy(device, out var millijoules), millijoules / 1000.0),
            TemperatureCelsius = Of(nvml, nvml.Temperature(device, out var celsius), (double)celsius),
            // most cards cannot be cut: not supported means no
            Partitioned = nvml.MigMode(device, out var mig) is var code && code == INvml.Success ? Readings.Measured(mig == 1)
                : code == 3 ? Readings.Measured(false) : Readings.Absent<bool>(SystemFields.Clean(nvml.Explain(code))),
        };
    }

    private static Reading<string> Told(INvml nvml, int code, string text) => Of(nvml, code, SystemFields.Clean(text));

    private static Reading<T> Of<T>(INvml nvml, int code, T value) =>
        code == INvml.Success ? Readings.Measured(value) : Readings.Absent<T>(SystemFields.Clean(nvml.Explain(code)));

    // 00000000:3B:00.0 is 0000:3b:00.0 there
    internal static string SysfsAddress(string bus)
    {
        var domain = bus.IndexOf(':', StringComparison.Ordinal);
        return (domain > 4 ? bus[(domain - 4)..] : bus).ToLowerInvariant();
    }
}
