using Granary.Scheduling.State;

namespace Granary.Scheduling.Gangs;

/// <summary>What must become of the other members after one of them stopped or ended.</summary>
internal enum GangBreak : byte
{
    None,

    /// <summary>They are stopped, and all start again together.</summary>
    Again,

    /// <summary>They are cancelled: the gang cannot be whole any more.</summary>
    Over,
}

/// <summary>The members of one item that start together or not at all.</summary>
internal sealed class GangEntry(ItemEntry item)
{
    public ItemEntry Item { get; } = item;

    /// <summary>Members in state Queued.</summary>
    public int Waiting { get; set; }

    /// <summary>Members with a lease.</summary>
    public int Leased => Item.Live - Waiting;

    /// <summary>Whether all may be told to stop, as of a change of the pool.</summary>
    public bool MayStop { get; set; }

    public long CheckedChange { get; set; } = -1;

    /// <summary>The member that stands for all in the order, or in the back-off; null while they do not wait for room.</summary>
    public TaskEntry? Head { get; set; }

    /// <summary>All its live members wait in the order, by their head.</summary>
    public bool InOrder => Head is { HeapIndex: >= 0 };

    public GangBreak Break { get; set; }

    /// <summary>Who broke it, and why, for the others.</summary>
    public string BreakReason { get; set; } = "";

    /// <summary>It is in the list of gangs to settle.</summary>
    public bool Listed { get; set; }

    /// <summary>Members that found no room when it was last searched for; 0 when it was not.</summary>
    public int Short { get; set; }

    /// <summary>At most so many more have found some since.</summary>
    public int Gain { get; set; }

    /// <summary>The nodes of its members by index; empty text for one that has ended. Null while it does not run.</summary>
    public string[]? Nodes { get; set; }
}
