using System.Diagnostics.CodeAnalysis;
using Granary.Model;
using Granary.Scheduling.Journal;

namespace Granary.Scheduling.Shards;

/// <summary>Numbers that one part of a sharded pool was given.</summary>
public readonly record struct ShardRange(long First, int Count, int Shard);

/// <summary>
/// What the front of a sharded pool has decided and made durable: which part each node belongs to, which part has which task numbers, and what
/// the last operations were given. Changed by events only.
/// </summary>
public sealed class ShardBook
{
    /// <summary>Ranges kept; the oldest eighth is forgotten beyond it, and tasks of those are asked for at every part. 24 MiB.</summary>
    public const int MostRanges = 1 << 20;

    private readonly int _mostRanges;
    private readonly int _mostOperations;
    private readonly List<ShardRange> _ranges = [];
    private readonly Dictionary<string, ShardRange> _operations = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly SortedDictionary<string, (NodeSpec Spec, int Shard)> _nodes = new(StringComparer.Ordinal);

    internal ShardBook(int mostOperations, int mostRanges = MostRanges) => (_mostOperations, _mostRanges) = (mostOperations, mostRanges);

    /// <summary>Every node that was ever declared, by name, with its part.</summary>
    public IReadOnlyDictionary<string, (NodeSpec Spec, int Shard)> Nodes => _nodes;

    /// <summary>Ranges that are remembered: after merging neighbours of one part.</summary>
    public int Ranges => _ranges.Count;

    internal bool IsEmpty => _nodes.Count == 0 && _ranges.Count == 0;

    /// <summary>The part that has a number; null when it was never given out, or so long ago that it was forgotten.</summary>
    public int? ShardOf(long number)
    {
        var (low, high) = (0, _ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var range = _ranges[middle];
            if (number < range.First) high = middle - 1;
            else if (number >= range.First + range.Count) low = middle + 1;
            else return range.Shard;
        }
        return null;
    }

    /// <summary>What an operation was given, while it is remembered.</summary>
    public bool TryFind(string operation, out ShardRange range)
    {
        range = default;
        return operation.Length > 0 && _operations.TryGetValue(operation, out range);
    }

    /// <summary>The part a node belongs to, with what it was declared as.</summary>
    public bool TryFindNode(string name, [MaybeNullWhen(false)] out NodeSpec spec, out int shard)
    {
        var found = _nodes.TryGetValue(name, out var node);
        (spec, shard) = node;
        return found;
    }

    internal void Assign(NodeSpec spec, int shard) => _nodes[spec.Name] = (spec, shard);

    /// <summary>Numbers only grow, so ranges are in order.</summary>
    internal void Route(ShardRange range, string operation)
    {
        if (_ranges.Count > 0 && _ranges[^1] is var last && last.Shard == range.Shard && last.First + last.Count == range.First
            && last.Count <= int.MaxValue - range.Count)
            _ranges[^1] = last with { Count = last.Count + range.Count };
        else _ranges.Add(range);
        if (_ranges.Count > _mostRanges) _ranges.RemoveRange(0, Math.Max(1, _mostRanges / 8));
        if (operation.Length == 0 || _mostOperations == 0) return;
        if (!_operations.ContainsKey(operation)) _order.Enqueue(operation);
        _operations[operation] = range;
        if (_order.Count > _mostOperations) _operations.Remove(_order.Dequeue());
    }

    internal void Write(ref JournalWriter w)
    {
        w.Unsigned((ulong)_nodes.Count);
        foreach (var (spec, shard) in _nodes.Values)
        {
            w.Number(shard);
            ModelCodec.Write(ref w, spec);
        }
        w.Unsigned((ulong)_ranges.Count);
        foreach (var range in _ranges) Write(ref w, range);
        w.Unsigned((ulong)_order.Count);
        foreach (var operation in _order)
        {
            w.Text(operation);
            Write(ref w, _operations[operation]);
        }
    }

    internal void Read(ref JournalReader r)
    {
        for (var nodes = r.Count(); nodes > 0; nodes--)
        {
            var shard = r.Int();
            Assign(ModelCodec.ReadNode(ref r), shard);
        }
        for (var ranges = r.Count(); ranges > 0; ranges--) _ranges.Add(ReadRange(ref r));
        for (var operations = r.Count(); operations > 0; operations--)
        {
            var operation = r.Text();
            _order.Enqueue(operation);
            _operations[operation] = ReadRange(ref r);
        }
    }

    private static void Write(ref JournalWriter w, ShardRange range)
    {
        w.Number(range.First);
        w.Number(range.Count);
        w.Number(range.Shard);
    }

    private static ShardRange ReadRange(ref JournalReader r) => new(r.Number(), r.Int(), r.Int());
}
