using Granary.Model;

namespace Granary.Scheduling.State;

/// <summary>Which lane of a vector each resource name has in one pool. Custom names take lanes 6 to 15 in the order of first mention.</summary>
internal sealed class ResourceLanes
{
    private readonly List<string> _custom = [];

    public IReadOnlyList<string> Custom => _custom;

    public string Name(int lane) => lane < ResourceNames.BuiltIn.Count ? ResourceNames.BuiltIn[lane]
        : lane - ResourceNames.BuiltIn.Count < _custom.Count ? _custom[lane - ResourceNames.BuiltIn.Count] : $"lane{lane}";

    /// <summary>The lane of a name that has one.</summary>
    public int LaneOf(string name) => ResourceNames.IsBuiltIn(name)
        ? Enumerable.Range(0, ResourceNames.BuiltIn.Count).First(lane => ResourceNames.BuiltIn[lane] == name) : ResourceNames.BuiltIn.Count + _custom.IndexOf(name);

    /// <summary>Gives every custom name of <paramref name="set"/> a lane, in ordinal order.</summary>
    public void Learn(ResourceSet set)
    {
        if (set.Custom is null) return;
        foreach (var name in set.Custom.Keys.Order(StringComparer.Ordinal))
            if (!_custom.Contains(name)) Add(name);
    }

    public void Add(string name)
    {
        if (_custom.Count == ResourceVector.CustomLanes) throw TooMany(name);
        _custom.Add(name);
    }

    /// <summary>Refuses sets that would together need more custom names than there are lanes.</summary>
    public void CheckRoom(IEnumerable<ResourceSet> sets)
    {
        HashSet<string>? fresh = null;
        foreach (var set in sets)
        {
            if (set.Custom is null) continue;
            foreach (var name in set.Custom.Keys)
            {
                if (_custom.Contains(name)) continue;
                (fresh ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
                if (_custom.Count + fresh.Count > ResourceVector.CustomLanes) throw TooMany(name);
            }
        }
    }

    /// <summary>The set as a vector; a custom name without a lane yet is given to <paramref name="unknown"/> and left out.</summary>
    public ResourceVector ToVector(ResourceSet set, out string? unknown)
    {
        Span<int> lanes = stackalloc int[ResourceVector.Lanes];
        lanes.Clear();
        lanes[0] = (int)set.CpuMilli;
        lanes[1] = (int)set.MemoryMiB;
        lanes[2] = (int)set.GpuMilli;
        lanes[3] = (int)set.GpuMemoryMiB;
        lanes[4] = (int)set.NetworkMbps;
        lanes[5] = (int)set.StorageMBps;
        unknown = null;
        if (set.Custom is not null)
            foreach (var (name, amount) in set.Custom)
            {
                var index = _custom.IndexOf(name);
                if (index >= 0) lanes[ResourceNames.BuiltIn.Count + index] = (int)amount;
                else if (amount != 0 && (unknown is null || string.CompareOrdinal(name, unknown) < 0)) unknown = name;
            }
        return new ResourceVector(lanes);
    }

    public ResourceVector ToVector(ResourceSet set) => ToVector(set, out _);

    public ResourceSet ToSet(in ResourceTotals totals)
    {
        Dictionary<string, long>? custom = null;
        for (var i = 0; i < _custom.Count; i++)
            if (totals[ResourceNames.BuiltIn.Count + i] != 0) (custom ??= [])[_custom[i]] = totals[ResourceNames.BuiltIn.Count + i];
        return new ResourceSet
        {
            CpuMilli = totals[0],
            MemoryMiB = totals[1],
            GpuMilli = totals[2],
            GpuMemoryMiB = totals[3],
            NetworkMbps = totals[4],
            StorageMBps = totals[5],
            Custom = custom,
        };
    }

    public ResourceSet ToSet(in ResourceVector vector) => ToSet(ResourceTotals.Zero + vector);

    private static GranaryException TooMany(string name) => GranaryException.Refused(
        $"resource '{name}' would be the pool's eleventh custom resource; a pool has at most {ResourceVector.CustomLanes}: use one of those it has, or another pool");
}
