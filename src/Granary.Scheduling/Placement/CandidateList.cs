using Granary.Scheduling.Placement.Scoring;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement;

/// <summary>The nodes one decision looks at, and those that the filters left, in memory that is used again.</summary>
internal sealed class CandidateList
{
    private NodeEntry[] _collected = [];
    private NodeCandidate[] _kept = [];
    private double[] _totals = [];
    private int _count;
    private int _left;

    public ReadOnlySpan<NodeEntry> Collected => _collected.AsSpan(0, _count);

    public ReadOnlySpan<NodeCandidate> Kept => _kept.AsSpan(0, _left);

    public Span<double> Totals => _totals.AsSpan(0, _left);

    /// <summary>With fewer collected than this there are no others.</summary>
    public int Least { get; set; }

    public void Clear() => _count = _left = Least = 0;

    /// <summary>Once for each search.</summary>
    public void Add(NodeEntry node, long search)
    {
        if (node.Seen == search) return;
        node.Seen = search;
        if (_count == _collected.Length)
        {
            var size = Math.Max(64, _count * 2);
            Array.Resize(ref _collected, size);
            Array.Resize(ref _kept, size);
            Array.Resize(ref _totals, size);
        }
        _collected[_count++] = node;
    }

    public void Keep(in NodeCandidate candidate) => _kept[_left++] = candidate;

    /// <summary>The best but one; -1 for none.</summary>
    public int RunnerUp(int best)
    {
        var second = -1;
        for (var i = 0; i < _left; i++)
            if (i != best && (second < 0 || _totals[i] > _totals[second])) second = i;
        return second < 0 ? -1 : _kept[second].Entry.Index;
    }
}
