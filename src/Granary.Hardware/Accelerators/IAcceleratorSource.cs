using Granary.Model;

namespace Granary.Hardware;

/// <summary>Who knows of accelerators: a vendor's library, sysfs, or a declaration. Reading never fails.</summary>
public interface IAcceleratorSource
{
    /// <summary>Those there are now, in an order that stays; power and energy are of this moment. Absent where they cannot be known, with the reason.</summary>
    Listed<AcceleratorInventory> Read();
}

/// <summary>All sources of one machine.</summary>
public static class AcceleratorSources
{
    /// <summary>NVIDIA's library where this is the machine itself, sysfs, and what is declared.</summary>
    public static IReadOnlyList<IAcceleratorSource> Of(SystemRoot root, params IReadOnlyList<DeclaredAccelerator> declared)
    {
        var nvml = new Lazy<(INvml? Library, string WhyNot)>(() => ReferenceEquals(root, SystemRoot.Machine) ? NativeNvml.Load() : (null, "not this machine"));
        return
        [
            new NvidiaAccelerators(() => nvml.Value, root),
            new DrmAccelerators(root),
            new ClassAccelerators(root),
            .. declared.Count > 0 ? [new DeclaredAccelerators(declared)] : (IAcceleratorSource[])[],
        ];
    }

    /// <summary>
    /// One list of all. What one source cannot know is noted; what two know (a card that NVML and sysfs show) is taken from the first.
    /// </summary>
    public static Listed<AcceleratorInventory> Read(IReadOnlyList<IAcceleratorSource> sources)
    {
        var found = new List<AcceleratorInventory>();
        var notes = new List<string>();
        var addresses = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var any = false;
        foreach (var source in sources)
        {
            var list = source.Read();
            any |= list.Source != ReadingSource.Absent;
            if (list.Note.Length > 0) notes.Add(list.Note);
            foreach (var one in list.Items)
                if (one.PciAddress is not { IsKnown: true, Value: { } address } || addresses.Add(address)) found.Add(one);
        }
        return !any
            ? Listed.Absent<AcceleratorInventory>(string.Join("; ", notes))
            : Listed.Measured(found) is { Note.Length: > 0 } cut ? cut : Listed.Measured(found) with { Note = string.Join("; ", notes) };
    }
}
