namespace Granary.Caching.Tiers;

/// <summary>
/// Bytes by key in three tiers: memory, compressed memory, a file on an SSD. What the memory gives up is demoted: compressed if that makes it small, else to
/// disk; what the compressed tier gives up goes to disk. What is found lower down is promoted to memory; its copy on disk stays, so that
/// demoting it again costs nothing. A value is never older than the last one put in, and never other bytes. Thread-safe; a hit in memory takes no lock.
/// </summary>
public sealed class TieredCache : IDisposable
{
    private readonly TieredCacheOptions _options;
    private readonly Cache<string, byte[]> _memory;
    private readonly Cache<string, Packed>? _compressed;
    private readonly DiskTier? _disk;
    private readonly Compressor _compressor;
    private readonly Lock _lock = new();
    private readonly Queue<(string Key, byte[] Value)> _demoted = new();
    private readonly Queue<(string Key, Packed Value)> _demotedPacked = new();
    private (long Compressed, long Disk, long Misses, long Demoted, long Promoted, long Incompressible, long From, long To) _seen;

    /// <param name="disk">The lowest tier, owned from now on; null for none.</param>
    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public TieredCache(TieredCacheOptions? options = null, DiskTier? disk = null)
    {
        _options = (options ?? new TieredCacheOptions()).Validated();
        _disk = disk;
        _compressor = new Compressor(_options.WorthwhileRatio, _options.LeastToCompress);
        _memory = new(
            new CacheOptions { Capacity = _options.MemoryBytes, Policy = _options.Policy, LargestShare = 1 }, (_, v) => Math.Max(1, v.Length))
        {
            Evicted = (key, value) => _demoted.Enqueue((key, value)),
        };
        if (_options.CompressedBytes > 0)
        {
            _compressed = new(
                new CacheOptions { Capacity = _options.CompressedBytes, Policy = _options.Policy, LargestShare = 1 }, (_, v) => Math.Max(1, v.Bytes.Length))
            {
                Evicted = (key, value) => _demotedPacked.Enqueue((key, value)),
            };
        }
    }

    /// <summary>Where values were found so far.</summary>
    public TierStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return new(_memory.Statistics.Hits, _seen.Compressed, _seen.Disk, _seen.Misses, _seen.Demoted, _seen.Promoted, _seen.Incompressible, _seen.From, _seen.To);
            }
        }
    }

    /// <summary>The value, from the highest tier that has it, or null. The caller must not change the bytes.</summary>
    public byte[]? Get(string key)
    {
        if (_memory.TryGet(key, out var value)) return value;
        lock (_lock)
        {
            if (_compressed is not null && _compressed.TryGet(key, out var packed))
            {
                _compressed.Remove(key);
                value = Compressor.Decompress(packed.Bytes, packed.Length);
                if (value is not null) _seen.Compressed++;
            }
            if (value is null && _disk?.Read(key) is { } read)
            {
                value = read;
                _seen.Disk++;
            }
            if (value is null)
            {
                _seen.Misses++;
                return null;
            }
            _seen.Promoted++;
            ToMemory(key, value);
            return value;
        }
    }

    /// <summary>Puts a value in; older ones are gone from every tier. The caller must not change the bytes afterwards.</summary>
    public void Set(string key, byte[] value)
    {
        lock (_lock)
        {
            _compressed?.Remove(key);
            _disk?.Remove(key);
            ToMemory(key, value);
        }
    }

    /// <summary>Takes a value out of every tier.</summary>
    public bool Remove(string key)
    {
        lock (_lock)
        {
            return _memory.Remove(key) | (_compressed?.Remove(key) ?? false) | (_disk?.Remove(key) ?? false);
        }
    }

    /// <summary>Writes what is in memory, compressed or not, to disk too, as far as it fits, so that it is there after a restart.</summary>
    public void Persist()
    {
        lock (_lock)
        {
            if (_disk is null) return;
            // The most useful last: the ring gives up what was written first.
            foreach (var key in _compressed?.KeysByUse().Reverse() ?? [])
                if (_compressed!.TryGet(key, out var packed)) ToDisk(key, packed);
            foreach (var key in _memory.KeysByUse().Reverse())
                if (_memory.TryGet(key, out var value) && !_disk.Contains(key)) _disk.Write(key, value);
            _disk.Flush();
        }
    }

    public void Dispose()
    {
        lock (_lock) _disk?.Dispose();
    }

    private void ToMemory(string key, byte[] value)
    {
        // Too heavy for memory, or not admitted: the value goes where evicted ones go. The old one must not stay.
        if (!_memory.Set(key, value) && !_demoted.Any(d => d.Key == key)) _demoted.Enqueue((key, value));
        while (_demoted.TryDequeue(out var down)) Demote(down.Key, down.Value);
        while (_demotedPacked.TryDequeue(out var down)) ToDisk(down.Key, down.Value);
    }

    private void ToDisk(string key, Packed value)
    {
        if (_disk is not null && !_disk.Contains(key) && Compressor.Decompress(value.Bytes, value.Length) is { } bytes) _disk.Write(key, bytes);
    }

    private void Demote(string key, byte[] value)
    {
        _seen.Demoted++;
        if (_compressed is not null)
        {
            if (_compressor.TryCompress(value) is { } bytes)
            {
                (_seen.From, _seen.To) = (_seen.From + value.Length, _seen.To + bytes.Length);
                if (_compressed.Set(key, new Packed(bytes, value.Length)) || _demotedPacked.Any(d => d.Key == key)) return;
            }
            else _seen.Incompressible++;
        }
        if (_disk is not null && !_disk.Contains(key)) _disk.Write(key, value);
    }

    private readonly record struct Packed(byte[] Bytes, int Length);
}
