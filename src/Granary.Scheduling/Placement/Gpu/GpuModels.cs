namespace Granary.Scheduling.Placement.Gpu;

/// <summary>Numbers the names of GPU models, up to 64 of them, so that a set of models is a word of bits.</summary>
public sealed class GpuModels
{
    /// <summary>How many different names there can be.</summary>
    public const int Most = 64;

    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    /// <summary>The bit of <paramref name="name"/>, which is numbered when it is new; 0 for no name.</summary>
    /// <exception cref="ArgumentException">It would be the 65th.</exception>
    public ulong Bit(string name)
    {
        if (name.Length == 0) return 0;
        var at = _names.IndexOf(name);
        if (at < 0)
        {
            if (_names.Count == Most) throw new ArgumentException($"'{name}' would be GPU model number {Most + 1}; there can be {Most}");
            at = _names.Count;
            _names.Add(name);
        }
        return 1UL << at;
    }

    /// <summary>The bits of the names in <paramref name="list"/>, parted by <c>|</c>; 0, which means any, when it names none.</summary>
    public ulong Bits(string list)
    {
        var bits = 0UL;
        foreach (var name in list.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) bits |= Bit(name);
        return bits;
    }
}
