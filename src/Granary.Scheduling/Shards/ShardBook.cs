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
    private readonly SortedDictionary<int, long> _tickets = [];
    private readonly SortedDictionary<string, long> _moves = new(StringComparer.Ordinal);

    internal ShardBook(int mostOperations, int mostRanges = MostRanges) => (_mostOperations, _mostRanges) = (mostOperations, mostRanges);

    /// <summary>Every node that was ever declared, by name, with its part.</summary>
    public IReadOnlyDictionary<string, (NodeSpec Spec, int Shard)> Nodes => _nodes;

    /// <summary>Tasks have moved between parts.</summary>
    internal bool HasMoves => _tickets.Count + _moves.Count > 0;

    /// <summary>How often a node has gone from one part to another.</summary>
    public long MovesOf(string node) => _moves.GetValueOrDefault(node);

    /// <summary>The last departure of a part that this front has given numbers over for; 0 for none.</summary>
    public long LastTicket(int shard) => _tickets.GetValueOrDefault(shard);

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

    internal void Assign(NodeSpec spec, int shard)
    {
        if (_nodes.TryGetValue(spec.Name, out var before) && before.Shard != shard) _moves[spec.Name] = MovesOf(spec.Name) + 1;
        _nodes[spec.Name] = (spec, shard);
    }

    /// <summary>Runs of numbers belong to another part from now on: first, count, first, count and so on, ascending.</summary>
    internal void Reroute(int from, long ticket, IReadOnlyList<long> runs, int to)
    {
        _tickets[from] = ticket;
        SetShard(runs, to);
    }

    /// <summary>Splits the ranges that the runs lie in, and merges what is of one part then. What waits is young: only the end of the list is made anew.</summary>
    private void SetShard(IReadOnlyList<long> runs, int to)
    {
        var begin = IndexAt(runs[0]);
        var old = _ranges.GetRange(begin, _ranges.Count - begin);
        _ranges.RemoveRange(begin, old.Count);
        var run = 0;
        foreach (var range in old)
        {
            var (at, end) = (range.First, range.First + range.Count);
            while (run < runs.Count && runs[run] + runs[run + 1] <= at) run += 2;
            for (var r = run; at < end; r += 2)
            {
                var (first, after) = r < runs.Count && runs[r] < end ? (Math.Max(at, runs[r]), Math.Min(end, runs[r] + runs[r + 1])) : (end, end);
                if (first > at) Append(new ShardRange(at, (int)(first - at), range.Shard));
                if (after > first) Append(new ShardRange(first, (int)(after - first), to));
                at = after;
            }
        }
    }

    /// <summary>The first range that ends behind the number.</summary>
    private int IndexAt(long number)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].First + _ranges[middle].Count <= number) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private void Append(ShardRange range)
    {
        if (_ranges.Count > 0 && _ranges[^1] is var last && last.Shard == range.Shard && last.First + last.Count == range.First
            && last.Count <= int.MaxValue - range.Count)
            _ranges[^1] = last with { Count = last.Count + range.Count };
        else _ranges.Add(range);
    }

    /// <summary>Numbers only grow, so ranges are in order; those of a batch that was refused where it went first are given to another part.</summary>
    internal void Route(ShardRange range, string operation)
    {
        if (_ranges.Count > 0 && range.First < _ranges[^1].First + _ranges[^1].Count) SetShard([range.First, range.Count], range.Shard);
        else Append(range);
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

    internal void WriteMoves(ref JournalWriter w)
    {
        w.Unsigned((ulong)_tickets.Count);
        foreach (var (shard, ticket) in _tickets)
        {
            w.Number(shard);
            w.Number(ticket);
        }
        w.Unsigned((ulong)_moves.Count);
        foreach (var (node, moves) in _moves)
        {
            w.Text(node);
            w.Number(moves);
        }
    }

    internal void ReadMoves(ref JournalReader r)
    {
        for (var shards = r.Count(); shards > 0; shards--) _tickets[r.Int()] = r.Number();
        for (var nodes = r.Count(); nodes > 0; nodes--) _moves[r.Text()] = r.Number();
    }

    private static void Write(ref JournalWriter w, ShardRange range)
    {
        w.Number(range.First);
        w.Number(range.Count);
        w.Number(range.Shard);
    }

    private static ShardRange ReadRange(ref JournalReader r) => new(r.Number(), r.Int(), r.Int());
}
