using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>Points of backends on a ring of 64 bits, by name and configured weight: slow start and zones move none.</summary>
internal sealed class HashRing
{
    private readonly ulong[] _at;
    private readonly int[] _owner;
    private readonly double[] _weights;

    public HashRing(Roster roster, int points)
    {
        Roster = roster;
        _weights = Configured(roster);
        var unit = Math.Pow(2, Math.Ceiling(Math.Log2(_weights.Max())));
        var counts = Array.ConvertAll(_weights, w => Math.Max(1, (int)Math.Round(points * w / unit)));
        _at = new ulong[counts.Sum()];
        _owner = new int[_at.Length];
        for (int i = 0, next = 0; i < counts.Length; i++)
        {
            for (var k = 0; k < counts[i]; k++, next++)
            {
                _at[next] = RandomSequence.Mix(roster.Backends[i].Hash + (ulong)k * RandomSequence.Step);
                _owner[next] = i;
            }
        }

        Array.Sort(_at, _owner);
    }

    private HashRing(HashRing same, Roster roster)
    {
        (Roster, _at, _owner, _weights) = (roster, same._at, same._owner, same._weights);
    }

    public Roster Roster { get; }

    public int Length => _at.Length;

    /// <summary>Index in the roster of the owner of a point.</summary>
    public int OwnerAt(int point) => _owner[point];

    /// <summary>The first point at or after a hash.</summary>
    public int Find(ulong hash)
    {
        var at = Array.BinarySearch(_at, hash);
        at = at < 0 ? ~at : at;
        return at == _at.Length ? 0 : at;
    }

    /// <summary>The ring for a roster: this one's points where backends and configured weights are the same.</summary>
    public HashRing For(Roster roster, int points) =>
        roster.Backends.SequenceEqual(Roster.Backends) && Configured(roster).AsSpan().SequenceEqual(_weights)
            ? new HashRing(this, roster)
            : new HashRing(roster, points);

    private static double[] Configured(Roster roster)
    {
        var weights = new double[roster.Count];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = Math.Max(roster.Backends[i].Weight, 1e-9);
        return weights;
    }
}
