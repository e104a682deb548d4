namespace Granary.Caching.Core;

/// <summary>
/// Entries by key: read by any thread without a lock, written under the cache's. A chain per bucket, linked through the entries themselves, so that a lookup
/// touches a bucket and an entry and nothing between.
/// </summary>
/// <param name="comparer">Hashes keys with a secret.</param>
/// <param name="writers">The lock that those who write hold.</param>
internal sealed class EntryTable<TKey, TValue>(SeededComparer<TKey> comparer, Lock writers)
    where TKey : notnull
{
    private const int Smallest = 16;

    private Entry<TKey, TValue>?[] _buckets = new Entry<TKey, TValue>?[Smallest];
    private int _moves;

    public int Count { get; private set; }

    /// <summary>Any thread.</summary>
    public Entry<TKey, TValue>? Find(TKey key)
    {
        var hash = comparer.Hash(key);
        var moves = Volatile.Read(ref _moves);
        if (Search(key, hash) is { } found) return found;
        // An entry that was being moved to a larger table may have been passed over.
        Interlocked.MemoryBarrier();
        return (moves & 1) == 0 && moves == _moves ? null : FindLocked(key, hash);
    }

    /// <summary>Under the lock. In the place of <paramref name="known"/>, which has the same key, or as a new one.</summary>
    public void Put(Entry<TKey, TValue> entry, Entry<TKey, TValue>? known)
    {
        if (known is not null)
        {
            entry.Next = known.Next;
            SetLinkTo(known, entry);
            return;
        }
        if (Count >= _buckets.Length) Grow();
        ref var first = ref _buckets[entry.Hash & (ulong)(_buckets.Length - 1)];
        entry.Next = first;
        first = entry;
        Count++;
    }

    /// <summary>Under the lock. Whoever stands at the entry now still finds the way on from it.</summary>
    public void Remove(Entry<TKey, TValue> entry)
    {
        SetLinkTo(entry, entry.Next);
        Count--;
    }

    /// <summary>Under the lock.</summary>
    public List<Entry<TKey, TValue>> ToList()
    {
        var all = new List<Entry<TKey, TValue>>(Count);
        foreach (var first in _buckets)
            for (var at = first; at is not null; at = at.Next) all.Add(at);
        return all;
    }

    private Entry<TKey, TValue>? Search(TKey key, ulong hash)
    {
        var buckets = _buckets;
        var at = buckets[hash & (ulong)(buckets.Length - 1)];
        while (at is not null && !(at.Hash == hash && comparer.Equals(at.Key, key))) at = at.Next;
        return at;
    }

    private Entry<TKey, TValue>? FindLocked(TKey key, ulong hash)
    {
        lock (writers) return Search(key, hash);
    }

    private void SetLinkTo(Entry<TKey, TValue> entry, Entry<TKey, TValue>? next)
    {
        ref var first = ref _buckets[entry.Hash & (ulong)(_buckets.Length - 1)];
        if (ReferenceEquals(first, entry))
        {
            first = next;
            return;
        }
        var before = first!;
        while (!ReferenceEquals(before.Next, entry)) before = before.Next!;
        before.Next = next;
    }

    private void Grow()
    {
        var larger = new Entry<TKey, TValue>?[_buckets.Length * 2];
        Interlocked.Increment(ref _moves);
        foreach (var first in _buckets)
        {
            for (var at = first; at is not null;)
            {
                var next = at.Next;
                ref var place = ref larger[at.Hash & (ulong)(larger.Length - 1)];
                at.Next = place;
                place = at;
                at = next;
            }
        }
        Volatile.Write(ref _buckets, larger);
        Interlocked.Increment(ref _moves);
    }
}
