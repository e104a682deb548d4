using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using Granary.Caching.Core;
using Granary.Caching.Policies;

namespace Granary.Caching;

/// <summary>
/// A cache in memory: a limit by weight, a replacement policy, ends of life, priorities, one loader per key. Thread-safe. A hit takes no lock and
/// allocates nothing; what it tells the policy goes through <see cref="ReadBuffer{TKey, TValue}"/>.
/// </summary>
public sealed partial class Cache<TKey, TValue>
    where TKey : notnull
{
    private const int MostReturns = 3;
    private const double RoomForLow = 0.9;

    private readonly CacheOptions _options;
    private readonly Func<TKey, TValue, long> _weigh;
    private readonly TimeProvider _time;
    private readonly SeededComparer<TKey> _comparer;
    private readonly EntryTable<TKey, TValue> _entries;
    private readonly ReadBuffer<TKey, TValue>[] _reads;
    private readonly Lock _lock = new();
    private readonly ReplacementPolicy _policy;
    private readonly Dictionary<ulong, Entry<TKey, TValue>> _byId = [];
    private readonly Queue<ulong> _victims = new();
    private readonly PriorityQueue<Entry<TKey, TValue>, long> _expiring = new();
    private long _evictions;
    private long _expirations;
    private long _rejected;
    private ulong _collisions;

    /// <param name="weigh">What a value weighs, at least 1; null when each weighs 1.</param>
    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public Cache(CacheOptions? options = null, Func<TKey, TValue, long>? weigh = null, TimeProvider? time = null)
    {
        _options = (options ?? new CacheOptions()).Validated();
        _weigh = weigh ?? ((_, _) => 1);
        _time = time ?? TimeProvider.System;
        var seed = _options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        _comparer = new SeededComparer<TKey>(seed);
        _entries = new(_comparer, _lock);
        _loads = new(_comparer);
        _policy = (ReplacementPolicy)ReplacementPolicies.Create(_options.Policy, _options.Capacity, seed);
        _policy.Evicted = _victims.Enqueue;
        _reads = [.. Enumerable.Range(0, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2)).Select(_ => new ReadBuffer<TKey, TValue>())];
    }

    /// <summary>Called, under the cache's lock, with each value that the policy gave up: not for what was removed, replaced or too old.</summary>
    public Action<TKey, TValue>? Evicted { get; set; }

    public int Count => _entries.Count;

    public CacheStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return new(_reads.Sum(r => r.Hits), _reads.Sum(r => r.Misses), Interlocked.Read(ref _loadsDone), Interlocked.Read(ref _loadsFailed),
                    _evictions, _expirations, _rejected, _entries.Count, _policy.Used);
            }
        }
    }

    /// <summary>True with the value when it is there and not too old.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (Find(key) is { Absent: false } entry)
        {
            value = entry.Value;
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>Puts a value in. False when it is not kept: it is too heavy, of low priority in a full cache, or the policy did not admit it.</summary>
    public bool Set(TKey key, TValue value, CacheEntryOptions options = default)
    {
        var weight = _weigh(key, value);
        lock (_lock)
        {
            Overtake(key);
            return Store(key, value, absent: false, weight, options.TimeToLive ?? _options.TimeToLive, options.Priority);
        }
    }

    /// <summary>Takes a value out; what is being loaded for the key now will not be kept.</summary>
    public bool Remove(TKey key)
    {
        lock (_lock)
        {
            Overtake(key);
            if (_entries.Find(key) is not { } entry) return false;
            Drop(entry);
            return !entry.Absent;
        }
    }

    /// <summary>Takes everything out.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var key in _loads.Keys) Overtake(key);
            foreach (var entry in _entries.ToList()) Drop(entry);
        }
    }

    private Entry<TKey, TValue>? Find(TKey key)
    {
        var reads = ReadsOfThread();
        if (_entries.Find(key) is not { } entry || IsOver(entry))
        {
            reads.Miss();
            return null;
        }
        if (reads.Add(entry)) TryDrain(reads);
        return entry;
    }

    private void TryDrain(ReadBuffer<TKey, TValue> reads)
    {
        if (!_lock.TryEnter()) return;
        try
        {
            reads.Drain(this);
        }
        finally
        {
            _lock.Exit();
        }
    }

    private ReadBuffer<TKey, TValue> ReadsOfThread() => _reads[Environment.CurrentManagedThreadId & (_reads.Length - 1)];

    private bool IsOver(Entry<TKey, TValue> entry) => entry.ExpiresAt != Entry<TKey, TValue>.Never && _time.GetTimestamp() >= entry.ExpiresAt;

    /// <summary>Under the lock: what the policy and the priority make of a hit.</summary>
    internal void OnRead(Entry<TKey, TValue> entry)
    {
        if (!entry.Alive) return;
        _policy.Access(entry.Id, entry.Weight, ref entry.Place);
        if (entry.Priority == CachePriority.High) entry.Returns = MostReturns;
    }

    /// <summary>Under the lock.</summary>
    private bool Store(TKey key, TValue value, bool absent, long weight, TimeSpan? timeToLive, CachePriority priority)
    {
        // This thread's hits come before what it writes; other threads' come when their own buffers are full.
        ReadsOfThread().Drain(this);
        var now = _time.GetTimestamp();
        while (_expiring.TryPeek(out var oldest, out var at) && (at <= now || !oldest.Alive))
        {
            _expiring.Dequeue();
            if (!oldest.Alive) continue;
            _expirations++;
            Drop(oldest);
        }
        weight = Math.Max(1, weight);
        var known = _entries.Find(key);
        if (weight > Math.Max(1, _options.Capacity * _options.LargestShare)
            || priority == CachePriority.Low && _policy.Used + weight > _options.Capacity * RoomForLow)
        {
            if (known is not null) Drop(known);
            _rejected++;
            return false;
        }
        // The same key has the same id again, so that a policy which remembers what is gone knows it.
        var id = known?.Id ?? NewId(key);
        var expires = timeToLive is { } span ? now + (long)(Math.Min(span.TotalSeconds, 1e9) * _time.TimestampFrequency) : Entry<TKey, TValue>.Never;
        var entry = new Entry<TKey, TValue>(key, value, absent, weight, expires, priority, id, _comparer.Hash(key));
        if (priority == CachePriority.High) entry.Returns = MostReturns;
        if (known is not null)
        {
            known.Alive = false;
            if (known.Weight != weight) _policy.Remove(id);
        }
        _byId[id] = entry;
        _entries.Put(entry, known);
        if (expires != Entry<TKey, TValue>.Never) Expire(entry);
        _policy.Access(id, weight);
        GiveUpVictims();
        if (entry.Alive) return true;
        _rejected++;
        return false;
    }

    /// <summary>Remembers when an entry ends; what left before its time is swept out when it is most of what is remembered.</summary>
    private void Expire(Entry<TKey, TValue> entry)
    {
        _expiring.Enqueue(entry, entry.ExpiresAt);
        if (_expiring.Count < 64 || _expiring.Count < 2 * _byId.Count) return;
        var alive = _expiring.UnorderedItems.Where(e => e.Element.Alive).ToList();
        _expiring.Clear();
        _expiring.EnqueueRange(alive);
    }

    /// <summary>Under the lock: what the policy has evicted leaves, unless it may come back.</summary>
    private void GiveUpVictims()
    {
        while (_victims.TryDequeue(out var id))
        {
            if (!_byId.TryGetValue(id, out var entry) || _policy.Contains(id)) continue;
            if (entry.Returns > 0 && !IsOver(entry))
            {
                entry.Returns--;
                _policy.Access(id, entry.Weight);
                continue;
            }
            _evictions++;
            Leave(entry);
            if (!entry.Absent) Evicted?.Invoke(entry.Key, entry.Value);
        }
    }

    private void Drop(Entry<TKey, TValue> entry)
    {
        _policy.Remove(entry.Id);
        Leave(entry);
    }

    private void Leave(Entry<TKey, TValue> entry)
    {
        entry.Alive = false;
        _byId.Remove(entry.Id);
        _entries.Remove(entry);
    }

    /// <summary>The key's hash; where another key in the cache has the same, some other number.</summary>
    private ulong NewId(TKey key)
    {
        var id = _comparer.Hash(key);
        while (_byId.ContainsKey(id)) id = Mixer.Mix(id + ++_collisions);
        return id;
    }
}
