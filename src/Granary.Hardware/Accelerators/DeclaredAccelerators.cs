using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// Accelerators that no library knows: FPGAs, TPUs, or simulated ones. In settings as <c>COUNT KIND MODEL [MEMORY] [simulated]</c>, several
/// separated by commas: <c>2 fpga alveo-u250 64Gi, 4 gpu a100 40Gi simulated</c>.
/// </summary>
public sealed record DeclaredAccelerator(int Count, string Kind, string Model, long MemoryMiB, bool Simulated)
{
    private const int Most = 64;

    /// <exception cref="GranaryException">Invalid: what is wrong and how it is written.</exception>
    public static IReadOnlyList<DeclaredAccelerator> Parse(string text)
    {
        var declared = new List<DeclaredAccelerator>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var simulated = words.Length > 3 && words[^1] == "simulated";
            if (simulated) words = words[..^1];
            long memory = 0;
            if (words.Length is not (3 or 4) || !int.TryParse(words[0], out var count) || count is < 1 or > Most || !Names.IsValid(words[1]) || !Names.IsValid(words[2])
                || (words.Length == 4 && !Quantity.TryParse(ResourceNames.GpuMemory, words[3], out memory, out _)))
            {
                throw GranaryException.Invalid(
                    $"accelerators: '{SystemFields.Clean(part)}' is not COUNT KIND MODEL [MEMORY] [simulated], such as '2 fpga alveo-u250 64Gi'; at most {Most} of one kind");
            }
            declared.Add(new(count, words[1], words[2], memory, simulated));
        }
        return declared;
    }
}

/// <summary>Declared accelerators behind the interface of the real ones. Their fields say that they are estimated: nobody measured them.</summary>
internal sealed class DeclaredAccelerators(IReadOnlyList<DeclaredAccelerator> declared) : IAcceleratorSource
{
    public Listed<AcceleratorInventory> Read()
    {
        var found = new List<AcceleratorInventory>();
        foreach (var group in declared)
            for (var i = 0; i < group.Count; i++) found.Add(One(group, found.Count));
        return Listed.Measured(found);
    }

    private static AcceleratorInventory One(DeclaredAccelerator declared, int number)
    {
        const string From = "the declaration";
        const string None = "declared, not measured";
        return new AcceleratorInventory
        {
            Id = $"{(declared.Simulated ? "simulated" : "declared")}-{declared.Kind}-{number}",
            Vendor = declared.Simulated ? "simulated" : "declared",
            Kind = declared.Kind,
            Model = Readings.Estimated(declared.Model, From),
            Driver = Readings.Absent<string>(None),
            PciAddress = Readings.Absent<string>(None),
            NumaNode = Readings.Absent<long>(None),
            MemoryMiB = declared.MemoryMiB > 0 ? Readings.Estimated(declared.MemoryMiB, From) : Readings.Absent<long>(None),
            MemoryUsedMiB = Readings.Absent<long>(None),
            UtilizationPercent = Readings.Absent<double>(None),
            PowerWatts = Readings.Absent<double>(None),
            EnergyJoules = Readings.Absent<double>(None),
            TemperatureCelsius = Readings.Absent<double>(None),
            Partitioned = Readings.Estimated(false, From),
        };
    }
}
