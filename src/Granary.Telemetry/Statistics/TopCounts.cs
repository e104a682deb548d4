namespace Granary.Telemetry;

/// <param name="Key">What was counted.</param>
/// <param name="Count">How often, never too low.</param>
/// <param name="Error">How much of it may be of keys that this one has displaced.</param>
public readonly record struct TopCount(string Key, long Count, long Error);

/// <summary>
/// The most frequent of any number of keys in bounded memory, by Space-Saving (Metwally, Agrawal, El Abbadi 2005): a key that makes up more than
/// 1/<c>most</c> of all is always among them, and no count is too low.
/// </summary>
/// <param name="most">Keys that are kept.</param>
public sealed class TopCounts(int most)
{
    private readonly Dictionary<string, (long Count, long Error)> _counts = new(StringComparer.Ordinal);

    /// <summary>All that was ever counted.</summary>
    public long Total { get; private set; }

    public void Add(string key, long times = 1)
    {
        Total += times;
        if (_counts.TryGetValue(key, out var known))
        {
            _counts[key] = (known.Count + times, known.Error);
            return;
        }
        long displaced = 0;
        if (_counts.Count >= most)
        {
            var least = _counts.MinBy(c => (c.Value.Count, c.Key));
            _counts.Remove(least.Key);
            displaced = least.Value.Count;
        }
        _counts[key] = (displaced + times, displaced);
    }

    /// <summary>By count, the greatest first.</summary>
    public IReadOnlyList<TopCount> Top(int count) =>
        [.. _counts.Select(c => new TopCount(c.Key, c.Value.Count, c.Value.Error)).OrderByDescending(c => c.Count).ThenBy(c => c.Key, StringComparer.Ordinal).Take(count)];

    public void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write7BitEncodedInt64(Total);
        writer.Write7BitEncodedInt(_counts.Count);
        foreach (var (key, (count, error)) in _counts)
        {
            writer.Write(key);
            writer.Write7BitEncodedInt64(count);
            writer.Write7BitEncodedInt64(error);
        }
    }

    public void Read(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Total = reader.Read7BitEncodedInt64();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) _counts[reader.ReadString()] = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
    }
}
