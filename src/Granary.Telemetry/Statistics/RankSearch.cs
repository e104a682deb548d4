using System.Numerics.Tensors;

namespace Granary.Telemetry;

/// <summary>Where in a row of counts a rank lies.</summary>
internal static class RankSearch
{
    /// <summary>Counts that are added up at once.</summary>
    private const int Block = 64;

    /// <summary>The first position up to which the counts add up to <paramref name="rank"/>; the length when they never do. Blocks are summed as vectors; exact, like one by one.</summary>
    /// <param name="counts">None below 0.</param>
    /// <param name="rank">Over 0.</param>
    public static int Find(ReadOnlySpan<long> counts, long rank)
    {
        var at = 0;
        for (; at <= counts.Length - Block; at += Block)
        {
            var sum = TensorPrimitives.Sum(counts.Slice(at, Block));
            if (sum >= rank) break;
            rank -= sum;
        }
        for (; at < counts.Length; at++)
            if ((rank -= counts[at]) <= 0) return at;
        return at;
    }
}
