using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Reservations;

/// <summary>One reservation that has not ended. Window i begins at First + i * Every.</summary>
internal sealed class Reservation
{
    public Reservation(ReservationRecord record, AgentEntry agent)
    {
        Record = record;
        Agent = agent;
        First = Clock.ToMicros(record.Spec.From!.Value);
        Length = Clock.ToMicros(record.Spec.For);
        Every = record.Spec.Every is { } every ? Clock.ToMicros(every) : 0;
        Count = record.Spec.Count;
    }

    public ReservationRecord Record { get; set; }

    public long Number => Record.Number;

    public AgentEntry Agent { get; }

    public long First { get; }

    public long Length { get; }

    public long Every { get; }

    /// <summary>Windows in all.</summary>
    public int Count { get; }

    /// <summary>What is set aside where.</summary>
    public List<WindowPiece> Pieces { get; } = [];

    /// <summary>A window was open when time was last looked at.</summary>
    public bool Open { get; set; }

    public long LastEnd => StartOf(Count - 1) + Length;

    public long StartOf(int window) => First + window * Every;

    /// <summary>The first window that ends after <paramref name="now"/>; <see cref="Count"/> when all are over.</summary>
    public int WindowAt(long now)
    {
        if (now < First + Length) return 0;
        return Every == 0 ? 1 : (int)Math.Min(Count, (now - First - Length) / Every + 1);
    }

    public bool IsOpen(long now) => WindowAt(now) is var window && window < Count && StartOf(window) <= now;

    /// <summary>When a window next begins or ends after <paramref name="now"/>; <see cref="long.MaxValue"/> for never.</summary>
    public long NextBoundary(long now)
    {
        var window = WindowAt(now);
        if (window >= Count) return long.MaxValue;
        var start = StartOf(window);
        return start > now ? start : start + Length;
    }
}

/// <summary>What a reservation sets aside on one node.</summary>
internal sealed class WindowPiece(Reservation owner, NodeEntry node, in ResourceVector vector)
{
    private readonly ResourceVector _vector = vector;

    public Reservation Owner { get; } = owner;

    public NodeEntry Node { get; } = node;

    public ref readonly ResourceVector Vector => ref _vector;
}
