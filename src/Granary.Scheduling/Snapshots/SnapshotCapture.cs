using System.Buffers;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// A snapshot of a pool as it was at one moment, written bit by bit while the pool goes on. What is small is written at once; tasks follow in the order of
/// their numbers, and one that is about to change before its turn has come is kept as it was. So no command waits for more than the bit being written.
/// </summary>
public sealed class SnapshotCapture
{
    private readonly PoolScheduler _scheduler;
    private readonly TaskTable _tasks;
    private readonly PieceWriter _output = new();
    private readonly ArrayBufferWriter<byte> _tail = new();
    private readonly OperationRecord[] _operations;
    private readonly long _end;
    private readonly int _count;
    private readonly Dictionary<long, TaskImage> _kept = [];
    private readonly Dictionary<ItemEntry, ItemImage> _keptItems = [];
    private readonly HashSet<long> _keptPages = [];
    private readonly HashSet<long> _added = [];
    private readonly TaskWriter _writer = new();
    private long _next;
    private int _operation = -1;
    private bool _whole;

    internal SnapshotCapture(PoolScheduler scheduler)
    {
        (_scheduler, _tasks) = (scheduler, scheduler.Tasks);
        (_next, _end, _count) = (_tasks.Begin, _tasks.End, _tasks.Count);
        scheduler.WriteHead(_output);
        scheduler.WriteTail(_tail);
        _operations = scheduler.OperationRecords();
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _output.Length;

    /// <summary>The snapshot, once <see cref="WriteSome"/> has returned true.</summary>
    public ReadOnlySequence<byte> Bytes => _whole ? _output.Bytes : throw new InvalidOperationException("the snapshot is not whole yet");

    /// <summary>Writes up to <paramref name="most"/> tasks or operations more. True when all is written, and the pool need not keep anything for it any longer.</summary>
    public bool WriteSome(int most)
    {
        if (_whole) return true;
        var w = new JournalWriter(_output);
        var left = WriteTasks(ref w, most);
        if (left > 0) WriteOperations(ref w, left);
        w.Flush();
        if (_operation < _operations.Length) return false;
        _output.Write(_tail.WrittenSpan);
        _whole = true;
        End();
        return true;
    }

    /// <summary>Gives it up, or says that it is whole: the pool keeps nothing for it any longer.</summary>
    public void End() => _scheduler.EndSnapshot(this);

    /// <summary>The task is about to change: as it is now it belongs into the snapshot, if it has not been written.</summary>
    internal void Keep(TaskEntry task)
    {
        if (task.Number < _next || task.Number >= _end || _added.Contains(task.Number)) return;
        if (!_kept.TryAdd(task.Number, new TaskImage(task))) return;
        _keptItems.TryAdd(task.Item, new ItemImage(task.Item));
        _keptPages.Add(TaskTable.PageOf(task.Number));
    }

    /// <summary>Tasks that came after the moment that is captured.</summary>
    internal void Added(long first, int count)
    {
        for (var number = Math.Max(first, _next); number < first + count && number < _end; number++) _added.Add(number);
    }

    /// <returns>What is left of <paramref name="most"/>; 0 when there are more tasks.</returns>
    private int WriteTasks(ref JournalWriter w, int most)
    {
        while (_next < _end)
        {
            if (most <= 0) return 0;
            // a page that is empty is walked only where something of it was kept
            var page = TaskTable.PageOf(_next);
            if (_tasks.IsPageEmpty(page) && !_keptPages.Contains(page))
            {
                _next = TaskTable.FirstOf(page + 1);
                most--;
                continue;
            }
            if (_kept.Count > 0 && _kept.Remove(_next, out var image)) _writer.Write(ref w, image, ImageOf(image.Item));
            else if (_tasks.Find(_next) is { } task && (_added.Count == 0 || !_added.Contains(_next))) _writer.Write(ref w, new TaskImage(task), ImageOf(task.Item));
            _next++;
            most--;
        }
        if (_operation < 0)
        {
            if (_writer.Count != _count) throw new InvalidOperationException($"a snapshot of pool {_scheduler.Pool} wrote {_writer.Count} of {_count} tasks");
            w.Unsigned((ulong)_operations.Length);
            _operation = 0;
        }
        return Math.Max(most, 1);
    }

    private ItemImage ImageOf(ItemEntry item) => _keptItems.Count > 0 && _keptItems.TryGetValue(item, out var kept) ? kept : new ItemImage(item);

    private void WriteOperations(ref JournalWriter w, int most)
    {
        for (; _operation < _operations.Length && most > 0; most--) ModelCodec.Write(ref w, _operations[_operation++]);
    }
}
