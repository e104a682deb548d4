using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>Tasks of one agent and shape that wait: lowest sort key first, then lowest number. Removal from the middle is as cheap as from the top.</summary>
internal sealed class TaskHeap
{
    private Slot[] _slots = [];

    public int Count { get; private set; }

    public TaskEntry First => _slots[0].Task;

    public TaskEntry this[int position] => _slots[position].Task;

    public void Add(TaskEntry task, long key)
    {
        if (Count == _slots.Length) Array.Resize(ref _slots, Math.Max(1, _slots.Length * 2));
        Rise(Count++, new Slot(key, task.Number, task));
    }

    public void Remove(TaskEntry task)
    {
        var hole = task.HeapIndex;
        task.HeapIndex = -1;
        var last = _slots[--Count];
        _slots[Count] = default;
        if (hole == Count) return;
        if (hole > 0 && last.IsBefore(_slots[(hole - 1) >> 1])) Rise(hole, last);
        else Sink(hole, last);
        if (Count > 64 && Count < _slots.Length / 4) Array.Resize(ref _slots, _slots.Length / 2);
    }

    /// <summary>How many tasks go before this one.</summary>
    public int CountBefore(TaskEntry task)
    {
        var slot = _slots[task.HeapIndex];
        var before = 0;
        for (var i = 0; i < Count; i++)
            if (_slots[i].IsBefore(slot)) before++;
        return before;
    }

    /// <summary>How many tasks go before something with this key and number.</summary>
    public int CountBefore(long key, long number)
    {
        var slot = new Slot(key, number, null!);
        var before = 0;
        for (var i = 0; i < Count; i++)
            if (_slots[i].IsBefore(slot)) before++;
        return before;
    }

    public long KeyOf(TaskEntry task) => _slots[task.HeapIndex].Key;

    /// <summary>By what the task at a position stands in order: its key, then its number.</summary>
    public (long Key, long Number) OrderAt(int position) => (_slots[position].Key, _slots[position].Number);

    private void Rise(int hole, Slot slot)
    {
        while (hole > 0 && slot.IsBefore(_slots[(hole - 1) >> 1]))
        {
            Put(hole, _slots[(hole - 1) >> 1]);
            hole = (hole - 1) >> 1;
        }
        Put(hole, slot);
    }

    private void Sink(int hole, Slot slot)
    {
        while (true)
        {
            var child = 2 * hole + 1;
            if (child >= Count) break;
            if (child + 1 < Count && _slots[child + 1].IsBefore(_slots[child])) child++;
            if (!_slots[child].IsBefore(slot)) break;
            Put(hole, _slots[child]);
            hole = child;
        }
        Put(hole, slot);
    }

    private void Put(int position, in Slot slot)
    {
        _slots[position] = slot;
        slot.Task.HeapIndex = position;
    }

    private readonly record struct Slot(long Key, long Number, TaskEntry Task)
    {
        public bool IsBefore(in Slot other) => Key < other.Key || (Key == other.Key && Number < other.Number);
    }
}
