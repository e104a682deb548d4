namespace Granary.Caching.Coherence;

/// <summary>
/// A server's copies of values that others may change. Each copy has a version; a message with a newer one takes the copy out, and a copy that is older
/// than what is known does not come in, so that a slow load cannot bring back what was changed meanwhile. Where a message of a server is missing, all copies
/// may be out of date and all are given up. Thread-safe. Between a change and the message an old copy may be read: <c>timeToLive</c> bounds it even when
/// the stream is dead.
/// </summary>
public sealed class CoherentCache<TValue>
{
    /// <summary>For how many changed keys the version is remembered.</summary>
    private const int RememberedVersions = 100_000;

    private readonly Cache<string, Versioned> _cache;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Epoch, long Sequence)> _heard = new(StringComparer.Ordinal);
    private readonly string _self;
    private readonly long _epoch;
    private long _sequence;
    private long _generation;

    /// <param name="self">This server's name, which no other has.</param>
    /// <param name="epoch">Higher after each restart, for example its time in microseconds.</param>
    /// <param name="options">Of the copies; a <see cref="CacheOptions.TimeToLive"/> is needed.</param>
    /// <exception cref="Model.GranaryException">Invalid, without an end of life.</exception>
    public CoherentCache(string self, long epoch, CacheOptions options, Func<string, TValue, long>? weigh = null, TimeProvider? time = null)
    {
        if (options.TimeToLive is null)
            throw Model.GranaryException.Invalid("TimeToLive is null; copies of what others may change need one, for when the stream between servers is dead");
        (_self, _epoch) = (self, epoch);
        _cache = new Cache<string, Versioned>(options, weigh is null ? null : (k, v) => weigh(k, v.Value), time);
    }

    /// <summary>How often all copies were given up, since a message was missing.</summary>
    public long Resets { get; private set; }

    public bool TryGet(string key, out TValue? value, out long version)
    {
        var found = _cache.TryGet(key, out var copy);
        (value, version) = found ? (copy.Value, copy.Version) : (default, 0);
        return found;
    }

    /// <summary>What is true now; to be given to <see cref="Put"/> with what is read from the source after this call.</summary>
    public long BeginRead()
    {
        lock (_lock) return _generation;
    }

    /// <summary>Keeps a copy. False when a newer version is known, or everything was given up since <paramref name="began"/>.</summary>
    public bool Put(string key, TValue value, long version, long began)
    {
        lock (_lock)
        {
            if (began != _generation || _newest.TryGetValue(key, out var newest) && newest > version) return false;
            if (_cache.TryGet(key, out var copy) && copy.Version > version) return false;
            return _cache.Set(key, new Versioned(value, version));
        }
    }

    /// <summary>This server changed keys: its older copies leave, and the result tells the others.</summary>
    public Invalidation Changed(IReadOnlyList<KeyVersion> changes)
    {
        lock (_lock)
        {
            foreach (var change in changes) TakeOut(change);
            return new Invalidation(_self, _epoch, ++_sequence, changes);
        }
    }

    /// <summary>Another server's message, in any order and any number of times.</summary>
    public void Receive(Invalidation message)
    {
        if (message.Source == _self) return;
        lock (_lock)
        {
            var known = _heard.TryGetValue(message.Source, out var last);
            if (known && message.Epoch < last.Epoch) return;
            var restarted = known && message.Epoch > last.Epoch;
            // The first that is heard of a server may not be its first: what came before is unknown. So is what it said last before a restart.
            var expected = known && !restarted ? last.Sequence + 1 : 1;
            if (restarted || message.Sequence > expected) Reset();
            if (message.Sequence >= expected) _heard[message.Source] = (message.Epoch, message.Sequence);
            foreach (var change in message.Changes) TakeOut(change);
        }
    }

    /// <summary>The stream was interrupted: what was said meanwhile is unknown, so all copies are given up.</summary>
    public void Interrupted()
    {
        lock (_lock) Reset();
    }

    private void TakeOut(KeyVersion change)
    {
        if (_newest.TryGetValue(change.Key, out var newest) && newest >= change.Version) return;
        // Forgetting a version would let an old copy in; so everything that is being read now begins again.
        if (_newest.Count >= RememberedVersions)
        {
            _newest.Clear();
            _generation++;
        }
        _newest[change.Key] = change.Version;
        if (_cache.TryGet(change.Key, out var copy) && copy.Version < change.Version) _cache.Remove(change.Key);
    }

    private void Reset()
    {
        Resets++;
        _generation++;
        _cache.Clear();
    }

    private readonly record struct Versioned(TValue Value, long Version);
}
