namespace Granary.Scheduling.Durations;

/// <summary>The last run times of one agent's tasks by their name, for those whose submitter gives no estimate. Bounded: the name unused longest is forgotten.</summary>
internal sealed class DurationHistory
{
    public const int MaxNames = 64;

    private readonly SortedDictionary<string, Ring> _rings = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Ring> Rings => _rings;

    public void Add(string name, long micros, long at)
    {
        if (!_rings.TryGetValue(name, out var ring))
        {
            if (_rings.Count == MaxNames) _rings.Remove(_rings.MinBy(r => r.Value.UpdatedAt).Key);
            _rings[name] = ring = new Ring();
        }
        ring.Add(micros, at);
    }

    /// <summary>The quantile of the remembered run times, microseconds; null when there are fewer than three.</summary>
    public long? Predict(string name, double quantile) =>
        _rings.TryGetValue(name, out var ring) && ring.Count >= 3 ? ring.Quantile(quantile) : null;

    public void Restore(string name, Ring ring) => _rings[name] = ring;

    internal sealed class Ring
    {
        public const int Size = 16;
        private readonly long[] _values = new long[Size];

        public int Count { get; private set; }

        public int Next { get; private set; }

        public long UpdatedAt { get; private set; }

        public void Add(long micros, long at)
        {
            _values[Next] = micros;
            Next = (Next + 1) % Size;
            if (Count < Size) Count++;
            UpdatedAt = at;
        }

        /// <summary>Oldest first.</summary>
        public IEnumerable<long> Values
        {
            get
            {
                for (var i = 0; i < Count; i++) yield return _values[(Next - Count + i + Size) % Size];
            }
        }

        public long Quantile(double quantile)
        {
            Span<long> sorted = stackalloc long[Size];
            _values.AsSpan(0, Count).CopyTo(sorted);
            sorted = sorted[..Count];
            sorted.Sort();
            return sorted[Math.Min(Count - 1, (int)Math.Ceiling(quantile * Count) - 1)];
        }
    }
}
