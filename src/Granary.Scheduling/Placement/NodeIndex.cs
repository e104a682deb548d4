using System.Runtime.InteropServices;
using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement;

/// <summary>
/// Ready nodes by how much they have free, so that the first that fits is the best fit: the one with the least left over, where what is
/// left over is the sum of the free lanes, each scaled by the largest node's capacity in it. Nodes are kept in chunks, each with the
/// lane-wise maximum of what its nodes have free: a request skips every chunk whose maximum does not hold it.
/// </summary>
/// <remarks>
/// The sum after placing is the sum before less a constant of the request, so one order serves all requests (best fit by weighted leftover,
/// Panigrahy et al., Heuristics for Vector Bin Packing, 2011).
/// </remarks>
/// <param name="scale">The index of all nodes, whose scale this index of some of them takes; null for that one itself.</param>
internal sealed class NodeIndex(NodeIndex? scale = null)
{
    private const int ChunkSize = 64;
    private const int ScaleBits = 24;

    private readonly List<Chunk> _chunks = [];
    private readonly int[] _shift = scale?._shift ?? new int[ResourceVector.Lanes];
    private ResourceVector[] _envelopes = [];
    private ResourceVector _largest;
    private int _lanes;

    public int Count { get; private set; }

    /// <summary>Grows with every change of the scale that keys are made by.</summary>
    public long ScaleEpoch { get; private set; }

    /// <summary>The most that any node had, lane by lane.</summary>
    public ref readonly ResourceVector Largest => ref _largest;

    /// <summary>Adds a ready node.</summary>
    public void Add(NodeEntry node)
    {
        if (scale is null) Rescale(node.Capacity);
        Insert(node);
        if (scale is null) node.Indexed = true;
        else node.KindIndexed = true;
        Count++;
    }

    public void Remove(NodeEntry node)
    {
        Take(node);
        if (scale is null) node.Indexed = false;
        else node.KindIndexed = false;
        Count--;
    }

    /// <summary>After what the node has free changed.</summary>
    public void Update(NodeEntry node)
    {
        var key = KeyOf(node.Free);
        if (key == KeyOf(node) && InPlace(node)) return;
        Take(node);
        Insert(node);
    }

    /// <summary>The tightest node that holds <paramref name="request"/>, after the one the cursor stands at; null when there is none.</summary>
    public NodeEntry? Next(in ResourceVector request, ref Cursor cursor)
    {
        if (!cursor.Begun)
        {
            cursor.Begun = true;
            cursor.Chunk = FindChunk(KeyOf(request), -1);
        }
        for (; cursor.Chunk < _chunks.Count; cursor.Chunk++, cursor.Position = 0)
        {
            if (cursor.Position == 0 && !request.FitsIn(_envelopes[cursor.Chunk])) continue;
            var chunk = _chunks[cursor.Chunk];
            while (cursor.Position < chunk.Count)
            {
                var position = cursor.Position++;
                if (request.FitsIn(chunk.Free[position])) return chunk.Nodes[position];
            }
        }
        return null;
    }

    /// <summary>As <see cref="Next"/>, from the node with the most free downwards.</summary>
    public NodeEntry? NextDown(in ResourceVector request, ref Cursor cursor)
    {
        if (!cursor.Begun)
        {
            cursor.Begun = true;
            cursor.Chunk = _chunks.Count - 1;
            cursor.Position = -1;
        }
        for (; cursor.Chunk >= 0; cursor.Chunk--, cursor.Position = -1)
        {
            var chunk = _chunks[cursor.Chunk];
            if (cursor.Position < 0)
            {
                if (!request.FitsIn(_envelopes[cursor.Chunk])) continue;
                cursor.Position = chunk.Count;
            }
            while (cursor.Position > 0)
            {
                var position = --cursor.Position;
                if (request.FitsIn(chunk.Free[position])) return chunk.Nodes[position];
            }
        }
        return null;
    }

    /// <summary>The same whatever they have free.</summary>
    public NodeEntry? NextDown(ref Cursor cursor)
    {
        if (!cursor.Begun) cursor = new Cursor { Begun = true, Chunk = _chunks.Count - 1, Position = -1 };
        for (; cursor.Chunk >= 0; cursor.Chunk--, cursor.Position = -1)
        {
            if (cursor.Position < 0) cursor.Position = _chunks[cursor.Chunk].Count;
            if (cursor.Position > 0) return _chunks[cursor.Chunk].Nodes[--cursor.Position];
        }
        return null;
    }

    /// <summary>A cursor that begins at a chunk somewhere in the middle, another for every <paramref name="turn"/>.</summary>
    public Cursor From(long turn) => new() { Begun = true, Chunk = _chunks.Count == 0 ? 0 : (int)((ulong)turn * 0x9E3779B97F4A7C15UL >> 33) % _chunks.Count };

    /// <summary>Where a node would stand: lower is tighter.</summary>
    public long Tightness(NodeEntry node) => KeyOf(node.Free);

    /// <summary>Nodes from the one with the most free to the one with the least.</summary>
    public IEnumerable<NodeEntry> MostFreeFirst()
    {
        for (var c = _chunks.Count - 1; c >= 0; c--)
            for (var i = _chunks[c].Count - 1; i >= 0; i--)
                yield return _chunks[c].Nodes[i];
    }

    private void Insert(NodeEntry node)
    {
        var key = KeyOf(node.Free);
        if (scale is null) node.IndexKey = key;
        else node.KindKey = key;
        var at = FindChunk(key, node.Index);
        if (at == _chunks.Count)
        {
            if (at > 0) at--;
            else InsertChunk(0, new Chunk());
        }
        var chunk = _chunks[at];
        if (chunk.Count == ChunkSize)
        {
            var upper = chunk.Split();
            InsertChunk(at + 1, upper);
            _envelopes[at] = chunk.Envelope();
            _envelopes[at + 1] = upper.Envelope();
            if (chunk.IsAfterLast(key, node.Index))
            {
                chunk = upper;
                at++;
            }
        }
        chunk.Insert(node, key);
        _envelopes[at] = chunk.Count == 1 ? node.Free : ResourceVector.Max(_envelopes[at], node.Free);
    }

    private void Take(NodeEntry node)
    {
        var key = KeyOf(node);
        var at = FindChunk(key, node.Index);
        var chunk = _chunks[at];
        chunk.RemoveAt(chunk.PositionOf(key, node.Index));
        if (chunk.Count == 0)
        {
            _chunks.RemoveAt(at);
            Array.Copy(_envelopes, at + 1, _envelopes, at, _chunks.Count - at);
            return;
        }
        _envelopes[at] = chunk.Envelope();
        if (at + 1 < _chunks.Count && chunk.Count + _chunks[at + 1].Count <= ChunkSize / 2) Merge(at);
    }

    private bool InPlace(NodeEntry node)
    {
        var key = KeyOf(node);
        var at = FindChunk(key, node.Index);
        var chunk = _chunks[at];
        chunk.Free[chunk.PositionOf(key, node.Index)] = node.Free;
        _envelopes[at] = chunk.Envelope();
        return true;
    }

    private void Merge(int at)
    {
        _chunks[at].Append(_chunks[at + 1]);
        _chunks.RemoveAt(at + 1);
        Array.Copy(_envelopes, at + 2, _envelopes, at + 1, _chunks.Count - at - 1);
        _envelopes[at] = _chunks[at].Envelope();
    }

    private void InsertChunk(int at, Chunk chunk)
    {
        if (_chunks.Count == _envelopes.Length) Array.Resize(ref _envelopes, Math.Max(4, _envelopes.Length * 2));
        Array.Copy(_envelopes, at, _envelopes, at + 1, _chunks.Count - at);
        _chunks.Insert(at, chunk);
        _envelopes[at] = chunk.Count == 0 ? ResourceVector.Nothing : chunk.Envelope();
    }

    /// <summary>The first chunk whose last node is not before (key, index).</summary>
    private int FindChunk(long key, int index)
    {
        var chunks = CollectionsMarshal.AsSpan(_chunks);
        int low = 0, high = chunks.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (chunks[middle].IsAfterLast(key, index)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>The key that the node was put in with.</summary>
    private long KeyOf(NodeEntry node) => scale is null ? node.IndexKey : node.KindKey;

    private long KeyOf(in ResourceVector free)
    {
        long key = 0;
        var lanes = scale?._lanes ?? _lanes;
        for (var lane = 0; lane < lanes; lane++)
            if (_shift[lane] >= 0) key += (long)free[lane] << _shift[lane];
        return key;
    }

    /// <summary>A lane's scale is a power of two that brings the largest capacity to 24 bits; it changes only when that capacity passes one.</summary>
    private void Rescale(in ResourceVector capacity)
    {
        _largest = ResourceVector.Max(_largest, capacity);
        var changed = Count == 0 && _lanes == 0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            var shift = _largest[lane] <= 0 ? -1 : Math.Max(0, ScaleBits - 1 - (int)uint.Log2((uint)_largest[lane]));
            if (_largest[lane] > 0 && lane >= _lanes) _lanes = lane + 1;
            if (_shift[lane] == shift) continue;
            _shift[lane] = shift;
            changed = true;
        }
        if (changed) ScaleEpoch++;
        if (!changed || Count == 0) return;
        var nodes = MostFreeFirst().ToArray();
        _chunks.Clear();
        foreach (var node in nodes) Insert(node);
    }

    /// <summary>Where a search stands. A new one begins at the tightest node.</summary>
    internal struct Cursor
    {
        public bool Begun;
        public int Chunk;
        public int Position;
    }

    private sealed class Chunk
    {
        public readonly NodeEntry[] Nodes = new NodeEntry[ChunkSize];
        public readonly ResourceVector[] Free = new ResourceVector[ChunkSize];
        private readonly long[] _keys = new long[ChunkSize];

        public int Count { get; private set; }

        public bool IsAfterLast(long key, int index)
        {
            var last = Count - 1;
            return Count == 0 || key > _keys[last] || (key == _keys[last] && index > Nodes[last].Index);
        }

        public int PositionOf(long key, int index)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) >> 1;
                if (_keys[middle] < key || (_keys[middle] == key && Nodes[middle].Index < index)) low = middle + 1;
                else high = middle;
            }
            return low;
        }

        public void Insert(NodeEntry node, long key)
        {
            var at = PositionOf(key, node.Index);
            Move(at, at + 1, Count - at);
            Nodes[at] = node;
            Free[at] = node.Free;
            _keys[at] = key;
            Count++;
        }

        public void RemoveAt(int at)
        {
            Move(at + 1, at, Count - at - 1);
            Nodes[--Count] = null!;
        }

        public Chunk Split()
        {
            var upper = new Chunk();
            var half = Count / 2;
            Array.Copy(Nodes, half, upper.Nodes, 0, Count - half);
            Array.Copy(Free, half, upper.Free, 0, Count - half);
            Array.Copy(_keys, half, upper._keys, 0, Count - half);
            upper.Count = Count - half;
            Array.Clear(Nodes, half, Count - half);
            Count = half;
            return upper;
        }

        public void Append(Chunk next)
        {
            Array.Copy(next.Nodes, 0, Nodes, Count, next.Count);
            Array.Copy(next.Free, 0, Free, Count, next.Count);
            Array.Copy(next._keys, 0, _keys, Count, next.Count);
            Count += next.Count;
        }

        public ResourceVector Envelope()
        {
            var envelope = Free[0];
            for (var i = 1; i < Count; i++) envelope = ResourceVector.Max(envelope, Free[i]);
            return envelope;
        }

        private void Move(int from, int to, int count)
        {
            Array.Copy(Nodes, from, Nodes, to, count);
            Array.Copy(Free, from, Free, to, count);
            Array.Copy(_keys, from, _keys, to, count);
        }
    }
}
