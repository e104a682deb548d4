using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What a snapshot says of a task.</summary>
internal readonly struct TaskImage(TaskEntry task)
{
    public readonly ItemEntry Item = task.Item;
    public readonly long Number = task.Number;
    private readonly TaskState _state = task.State;
    private readonly StopMark _stop = task.Stop;
    private readonly int _attempt = task.Attempt;
    private readonly int _retriesUsed = task.RetriesUsed;
    private readonly int _node = task.Node?.Index ?? -1;
    private readonly long _readySince = task.ReadySince;
    private readonly long _token = task.Token;
    private readonly long _placedAt = task.PlacedAt;
    private readonly long _startedAt = task.StartedAt;
    private readonly long _notBefore = task.NotBefore;
    private readonly string _reason = task.Reason;
    private readonly ExitInfo? _lastExit = task.LastExit;

    public void Write(ref JournalWriter w)
    {
        // Most of a long queue has never run: one byte says so.
        var plain = _state == TaskState.Queued && _attempt == 0 && _token == 0 && _notBefore == 0 && _reason.Length == 0;
        w.Byte(plain ? (byte)0xFF : (byte)_state);
        w.Number(_readySince);
        if (plain) return;
        w.Byte((byte)_stop);
        w.Number(_attempt);
        w.Number(_retriesUsed);
        w.Number(_token);
        w.Number(_node);
        w.Number(_placedAt);
        w.Number(_startedAt);
        w.Number(_notBefore);
        w.Text(_reason);
        ModelCodec.Write(ref w, _lastExit);
    }
}

/// <summary>What of an item changes.</summary>
internal readonly struct ItemImage(ItemEntry item)
{
    public readonly int Remaining = item.Remaining;
    public readonly long FailedMember = item.FailedMember;
}
