using Granary.Model;

namespace Granary.Scheduling.Analysis;

/// <summary>
/// The last decisions on requests, by task. While many come, only so many a second are recorded, so that recording costs little; what was not
/// recorded is worked out when somebody asks. Derived: neither journal nor snapshot holds it.
/// </summary>
internal sealed class DecisionRing
{
    public const int Capacity = 1000;

    /// <summary>Recorded at most so many a second where a decision is soon worked out, and in a long queue, where it takes milliseconds.</summary>
    public const int PerSecond = 50;

    public const int PerSecondOfLong = 1;

    private readonly Dictionary<long, DecisionRecord> _records = [];
    private readonly Queue<long> _order = new();
    private long _second;
    private int _inSecond;

    /// <summary>Whether a decision at <paramref name="now"/> may be recorded; counts it.</summary>
    public bool Take(long now, bool isLong)
    {
        var second = now / Clock.Second;
        if (second != _second) (_second, _inSecond) = (second, 0);
        return _inSecond++ < (isLong ? PerSecondOfLong : PerSecond);
    }

    public void Add(long number, DecisionRecord record)
    {
        if (!_records.TryAdd(number, record)) return;
        _order.Enqueue(number);
        if (_order.Count > Capacity) _records.Remove(_order.Dequeue());
    }

    public DecisionRecord? Find(long number) => _records.GetValueOrDefault(number);
}
