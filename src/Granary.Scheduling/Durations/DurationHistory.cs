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

    /// <summary>What the next run should not exceed with this probability, microseconds; null when there are fewer than three.</summary>
    public long? Bound(string name, double quantile) =>
        _rings.TryGetValue(name, out var ring) && ring.Count >= 3 ? ring.Bound(quantile) : null;

    /// <summary>
    /// With which probability the next run is no longer than <see cref="Bound"/> says, and from how many runs: the k-th smallest of n bounds the next with
    /// k / (n + 1), when runs are exchangeable, and no more is claimed than was asked for. Source: Vovk, Gammerman and Shafer, 2005 (conformal prediction).
    /// </summary>
    public (double Confidence, int Runs) Trust(string name, double quantile) => _rings.TryGetValue(name, out var ring) && ring.Count >= 3
        ? (Math.Min(quantile, Ring.Rank(quantile, ring.Count) / (ring.Count + 1.0)), ring.Count) : (0, 0);

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

        /// <summary>Which of n in rising order bounds the next one with this probability; the largest when none does.</summary>
        public static int Rank(double quantile, int n) => Math.Clamp((int)Math.Ceiling(quantile * (n + 1) - 1e-9), 1, n);

        public long Quantile(double quantile)
        {
            Span<long> sorted = stackalloc long[Size];
            _values.AsSpan(0, Count).CopyTo(sorted);
            sorted = sorted[..Count];
            sorted.Sort();
            return sorted[Math.Min(Count - 1, (int)Math.Ceiling(quantile * Count) - 1)];
        }

        /// <summary>What bounds the next value with this probability, as far as so many values can tell.</summary>
        public long Bound(double quantile)
        {
            var sorted = Values.Order().ToArray();
            return sorted[Rank(quantile, Count) - 1];
        }
    }
}
