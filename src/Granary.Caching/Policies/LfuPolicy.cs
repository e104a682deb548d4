using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// Least frequently used goes first, of equals the least recently used. Uses are counted while a key is resident. O(1): one list of keys for each count,
/// the counts themselves in a list. Source: K. Shah, A. Mitra, D. Matani, An O(1) algorithm for implementing the LFU cache eviction scheme, 2010.
/// </summary>
internal sealed class LfuPolicy(long capacity) : ReplacementPolicy("lfu", capacity)
{
    private readonly List<Bucket> _buckets = [];
    private readonly Stack<int> _free = new();
    private int _lowest = NodeStore.None;

    public override void CopyTo(List<KeyWeight> into)
    {
        for (var b = _lowest; b != NodeStore.None; b = _buckets[b].Higher) _buckets[b].Keys.CopyTo(into);
    }

    protected override void Hit(int at)
    {
        var from = Nodes[at].Uses;
        var bucket = _buckets[from];
        var higher = bucket.Higher;
        if (higher == NodeStore.None || _buckets[higher].Count != bucket.Count + 1)
        {
            // The only key of its count can keep its bucket.
            if (bucket.Keys.Count == 1)
            {
                bucket.Count++;
                return;
            }
            higher = Insert(bucket.Count + 1, from);
        }
        Leave(at);
        Join(at, higher);
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        while (Used + weight > Capacity)
        {
            var victim = _buckets[_lowest].Keys.Last;
            Leave(victim);
            Evict(victim);
            Nodes.Free(victim);
        }
        var ones = _lowest != NodeStore.None && _buckets[_lowest].Count == 1 ? _lowest : Insert(1, NodeStore.None);
        Join(Nodes.Add(key, weight), ones);
        Entered(weight);
    }

    protected override void Unlink(int at) => Leave(at);

    private void Join(int at, int bucket)
    {
        Nodes[at].Uses = bucket;
        _buckets[bucket].Keys.AddFirst(at);
    }

    private void Leave(int at)
    {
        var index = Nodes[at].Uses;
        var bucket = _buckets[index];
        bucket.Keys.Remove(at);
        if (bucket.Keys.Count > 0) return;
        if (bucket.Lower != NodeStore.None) _buckets[bucket.Lower].Higher = bucket.Higher;
        else _lowest = bucket.Higher;
        if (bucket.Higher != NodeStore.None) _buckets[bucket.Higher].Lower = bucket.Lower;
        _free.Push(index);
    }

    private int Insert(int count, int lower)
    {
        if (!_free.TryPop(out var index))
        {
            index = _buckets.Count;
            _buckets.Add(new Bucket(new NodeList<MainLink>(Nodes)));
        }
        var bucket = _buckets[index];
        bucket.Count = count;
        bucket.Lower = lower;
        bucket.Higher = lower == NodeStore.None ? _lowest : _buckets[lower].Higher;
        if (bucket.Higher != NodeStore.None) _buckets[bucket.Higher].Lower = index;
        if (lower == NodeStore.None) _lowest = index;
        else _buckets[lower].Higher = index;
        return index;
    }

    /// <summary>The keys that were used so many times, the most recent first.</summary>
    private sealed class Bucket(NodeList<MainLink> keys)
    {
        public NodeList<MainLink> Keys { get; } = keys;

        public int Count { get; set; }

        public int Lower { get; set; }

        public int Higher { get; set; }
    }
}
