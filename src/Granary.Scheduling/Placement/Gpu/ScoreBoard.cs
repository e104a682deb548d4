using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// The scores of all nodes for one request, brought up to date from the nodes that changed since it was last asked. The best is found through
/// the maxima of blocks of 64 nodes, four scores at a time.
/// </summary>
internal sealed class ScoreBoard<TScore>
    where TScore : struct, IGpuScore
{
    private const int Block = 64;

    private readonly GpuNodes _nodes;
    private readonly GpuRequest _request;
    private readonly double[] _scores;
    private readonly double[] _best;
    private long _seen;

    public ScoreBoard(GpuNodes nodes, in GpuRequest request, in TScore score)
    {
        _nodes = nodes;
        _request = request;
        var blocks = (nodes.Count + Block - 1) / Block;
        _best = new double[(blocks + Vector256<double>.Count - 1) / Vector256<double>.Count * Vector256<double>.Count];
        Array.Fill(_best, double.NegativeInfinity);
        _scores = new double[blocks * Block];
        Array.Fill(_scores, double.NegativeInfinity);
        Fill(score);
    }

    /// <summary>When it was last asked, in the asker's count; the one asked longest ago gives way to a new one.</summary>
    public long LastUsed { get; set; }

    /// <summary>The best node, the first of equals; -1 when none has room.</summary>
    public int Best(in TScore score)
    {
        if (_nodes.TryReadChanges(_seen, out var first, out var second))
        {
            foreach (var node in first) Update(node, score);
            foreach (var node in second) Update(node, score);
        }
        else
        {
            Fill(score);
        }
        _seen = _nodes.Changes;
        var block = FirstMaximum(_best, out var best);
        if (double.IsNegativeInfinity(best)) return -1;
        return (block * Block) + FirstMaximum(_scores.AsSpan(block * Block, Block), out _);
    }

    private void Update(int node, in TScore score)
    {
        var was = _scores[node];
        var now = Of(node, score);
        if (was == now) return;
        _scores[node] = now;
        ref var best = ref _best[node / Block];
        if (now >= best) best = now;
        else if (was == best) best = Maximum(_scores.AsSpan(node / Block * Block, Block));
    }

    private double Of(int node, in TScore score) =>
        _nodes.Fits(node, _request) ? score.Score(_nodes, node, _request, out _) : double.NegativeInfinity;

    private void Fill(in TScore score)
    {
        for (var node = 0; node < _nodes.Count; node++) _scores[node] = Of(node, score);
        for (var block = 0; block < _scores.Length / Block; block++) _best[block] = Maximum(_scores.AsSpan(block * Block, Block));
        _seen = _nodes.Changes;
    }

    /// <summary>The largest of a multiple of four values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Maximum(ReadOnlySpan<double> values)
    {
        ref var start = ref MemoryMarshal.GetReference(values);
        var most = Vector256.LoadUnsafe(ref start);
        for (var i = Vector256<double>.Count; i < values.Length; i += Vector256<double>.Count)
            most = Vector256.Max(most, Vector256.LoadUnsafe(ref start, (nuint)i));
        var half = Vector128.Max(most.GetLower(), most.GetUpper());
        return Math.Max(half[0], half[1]);
    }

    private static int FirstMaximum(ReadOnlySpan<double> values, out double most)
    {
        most = Maximum(values);
        return values.IndexOf(most);
    }
}
