using Granary.Model;

namespace Granary.Scheduling.Preemption;

/// <summary>How many tasks were stopped for others since the pool began, by kind.</summary>
internal sealed class PreemptionCounts
{
    private readonly long[] _byKind = new long[Enum.GetValues<PreemptionKind>().Length];

    public int Kinds => _byKind.Length;

    public long this[int kind]
    {
        get => _byKind[kind];
        set => _byKind[kind] = value;
    }

    /// <summary>Those that have happened.</summary>
    public IReadOnlyDictionary<PreemptionKind, long> ToDictionary()
    {
        var counts = new Dictionary<PreemptionKind, long>();
        for (var kind = 0; kind < _byKind.Length; kind++)
            if (_byKind[kind] > 0) counts[(PreemptionKind)kind] = _byKind[kind];
        return counts;
    }
}
