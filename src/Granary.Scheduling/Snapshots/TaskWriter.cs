using System.Runtime.CompilerServices;
using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Tasks as snapshots hold them, in the order of their numbers: an item comes with the first of its members, and a spec that items share is written once.
/// </summary>
internal sealed class TaskWriter
{
    /// <summary>What was written is found again by reference, in many small tables, so that none takes long to grow.</summary>
    private const int Tables = 64;

    private readonly Dictionary<TaskSpec, int>?[] _specs = new Dictionary<TaskSpec, int>?[Tables];
    private readonly Dictionary<ItemEntry, int>?[] _items = new Dictionary<ItemEntry, int>?[Tables];
    private int _specCount;
    private int _itemCount;
    private long _last;

    /// <summary>Tasks written.</summary>
    public int Count { get; private set; }

    public void Write(ref JournalWriter w, in TaskImage task, in ItemImage item)
    {
        w.Number(task.Number - _last);
        _last = task.Number;
        Count++;
        var index = IndexOf(task.Item);
        w.Unsigned((ulong)index);
        if (index == _itemCount)
        {
            _itemCount++;
            WriteItem(ref w, task.Item, item);
        }
        task.Write(ref w);
    }

    /// <summary>The item's place among those written; after the last for a new one.</summary>
    private int IndexOf(ItemEntry item)
    {
        if (item.Count == 1) return _itemCount; // it has no other member to come
        ref var table = ref _items[RuntimeHelpers.GetHashCode(item) & Tables - 1];
        table ??= new Dictionary<ItemEntry, int>(ReferenceEqualityComparer.Instance);
        return table.TryAdd(item, _itemCount) ? _itemCount : table[item];
    }

    private void WriteItem(ref JournalWriter w, ItemEntry item, in ItemImage image)
    {
        ref var table = ref _specs[RuntimeHelpers.GetHashCode(item.Spec) & Tables - 1];
        table ??= new Dictionary<TaskSpec, int>(ReferenceEqualityComparer.Instance);
        var fresh = table.TryAdd(item.Spec, _specCount);
        w.Unsigned((ulong)table[item.Spec]);
        if (fresh)
        {
            _specCount++;
            ModelCodec.Write(ref w, item.Spec);
        }
        w.Number(item.First);
        w.Number(item.Count);
        w.Number(item.Submitted);
        w.Number(item.Deadline);
        w.Number(item.Estimate);
        w.Number(image.Remaining);
        w.Number(image.FailedMember);
        w.Number(item.Release);
        ModelCodec.Write(ref w, item.After);
        ModelCodec.Write(ref w, item.AfterItems);
    }
}
