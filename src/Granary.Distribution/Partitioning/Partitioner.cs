using Granary.Model;

namespace Granary.Distribution.Partitioning;

/// <summary>Cuts work into partitions: by count, by size, or by where the data lies.</summary>
public static class Partitioner
{
    /// <summary>So many partitions that know only their number.</summary>
    public static IReadOnlyList<WorkPartition> ByCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var one = new WorkPartition([]);
        var partitions = new WorkPartition[count];
        Array.Fill(partitions, one);
        return partitions;
    }

    /// <summary>Inputs dealt out to so many partitions, the largest first, each to the smallest partition so far (Graham's LPT rule, 1969).</summary>
    public static IReadOnlyList<WorkPartition> ByCount(IReadOnlyList<WorkInput> inputs, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        count = Math.Min(count, inputs.Count);
        var bins = Enumerable.Range(0, count).Select(_ => new List<WorkInput>()).ToArray();
        var smallest = new PriorityQueue<int, (long Bytes, int Inputs, int Bin)>();
        for (var bin = 0; bin < count; bin++) smallest.Enqueue(bin, (0, 0, bin));
        foreach (var input in inputs.OrderByDescending(i => i.Bytes))
        {
            smallest.TryDequeue(out var bin, out var load);
            bins[bin].Add(input);
            smallest.Enqueue(bin, (load.Bytes + input.Bytes, load.Inputs + 1, bin));
        }
        return [.. bins.Select(Of)];
    }

    /// <summary>
    /// Partitions of about <paramref name="target"/> bytes: inputs that lie on the same nodes are put together in their order; with <paramref name="split"/>
    /// a larger one is cut into ranges of at most the target, all of about one length.
    /// </summary>
    public static IReadOnlyList<WorkPartition> BySize(IReadOnlyList<WorkInput> inputs, long target, bool split)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target, 1);
        var partitions = new List<WorkPartition>();
        foreach (var place in inputs.GroupBy(i => string.Join('\n', i.At ?? [])))
        {
            var open = new List<WorkInput>();
            long bytes = 0;
            foreach (var input in place)
            {
                if (split && input.Bytes > target)
                {
                    partitions.AddRange(Ranges(input, target));
                    continue;
                }
                if (open.Count > 0 && bytes + input.Bytes > target) Close();
                open.Add(input);
                bytes += input.Bytes;
            }
            Close();

            void Close()
            {
                if (open.Count > 0) partitions.Add(Of(open));
                open = [];
                bytes = 0;
            }
        }
        return partitions;
    }

    /// <summary>One partition for each input, on the nodes that have it.</summary>
    public static IReadOnlyList<WorkPartition> ByData(IReadOnlyList<WorkInput> inputs) => [.. inputs.Select(i => Of([i]))];

    private static IEnumerable<WorkPartition> Ranges(WorkInput input, long target)
    {
        var pieces = (input.Bytes + target - 1) / target;
        for (long piece = 0; piece < pieces; piece++)
        {
            var from = (long)((Int128)input.Bytes * piece / pieces);
            var to = (long)((Int128)input.Bytes * (piece + 1) / pieces);
            yield return new WorkPartition([input.Path], from, to - from, to - from, input.At);
        }
    }

    /// <summary>The data of several inputs is where most of its bytes are: on the nodes of each, those with the most first.</summary>
    private static WorkPartition Of(List<WorkInput> inputs)
    {
        var at = inputs.Where(i => i.At is { Count: > 0 }).SelectMany(i => i.At!.Select(n => (Node: n, i.Bytes))).GroupBy(i => i.Node)
            .OrderByDescending(g => g.Sum(i => i.Bytes)).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key).ToArray();
        return new WorkPartition([.. inputs.Select(i => i.Path)], 0, 0, inputs.Sum(i => i.Bytes), at.Length == 0 ? null : at);
    }
}

/// <summary>A file or another thing that work is about.</summary>
/// <param name="Path">Its name, as commands are given it.</param>
/// <param name="Bytes">How large it is; 0 for unknown.</param>
/// <param name="At">Nodes that have it; null where it does not matter.</param>
public sealed record WorkInput(string Path, long Bytes = 0, IReadOnlyList<string>? At = null);
