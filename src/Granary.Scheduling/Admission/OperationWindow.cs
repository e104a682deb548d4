using Granary.Abstractions;

namespace Granary.Scheduling.Admission;

/// <summary>The last operations and what they were answered.</summary>
internal sealed class OperationWindow(int capacity)
{
    private readonly Queue<OperationRecord> _order = new();
    private readonly Dictionary<string, SubmitReply> _replies = new(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    public IReadOnlyCollection<OperationRecord> Records => _order;

    public SubmitReply? Find(string id) => id.Length == 0 ? null : _replies.GetValueOrDefault(id);

    public void Add(OperationRecord record)
    {
        if (capacity == 0 || !_replies.TryAdd(record.Id, record.Reply)) return;
        _order.Enqueue(record);
        if (_order.Count > capacity) _replies.Remove(_order.Dequeue().Id);
    }
}
