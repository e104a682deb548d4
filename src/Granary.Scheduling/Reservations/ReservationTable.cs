using Granary.Scheduling.State;

namespace Granary.Scheduling.Reservations;

/// <summary>A pool's reservations: those that have not ended, by number, and the last that have.</summary>
internal sealed class ReservationTable
{
    /// <summary>So many reservations that have not ended a pool has at most.</summary>
    public const int Most = 10_000;

    /// <summary>So many that have ended are still listed.</summary>
    private const int MostEnded = 100;

    private readonly SortedDictionary<long, Reservation> _live = [];
    private readonly Queue<ReservationRecord> _ended = new();

    public IReadOnlyDictionary<long, Reservation> Live => _live;

    public IReadOnlyCollection<ReservationRecord> Ended => _ended;

    /// <summary>The number that the next one gets.</summary>
    public long Next { get; set; } = 1;

    /// <summary>When a window next begins or ends, as far as is known; <see cref="long.MaxValue"/> for never, 0 to look.</summary>
    public long NextBoundary { get; set; } = long.MaxValue;

    /// <summary>A node that pieces are on came, went or changed, or something is missing that may fit now.</summary>
    public bool Stale { get; set; }

    public Reservation? Find(long number) => _live.GetValueOrDefault(number);

    public Reservation? FindByKey(string key)
    {
        if (key.Length == 0) return null;
        foreach (var reservation in _live.Values)
            if (reservation.Record.Key == key) return reservation;
        return null;
    }

    public void Add(Reservation reservation)
    {
        _live[reservation.Number] = reservation;
        Next = Math.Max(Next, reservation.Number + 1);
        NextBoundary = 0;
    }

    public void End(Reservation reservation, ReservationRecord record)
    {
        _live.Remove(reservation.Number);
        AddEnded(record);
    }

    public void AddEnded(ReservationRecord record)
    {
        if (_ended.Count == MostEnded) _ended.Dequeue();
        _ended.Enqueue(record);
        Next = Math.Max(Next, record.Number + 1);
    }

    /// <summary>Puts a piece on its node's timeline.</summary>
    public static void Attach(WindowPiece piece)
    {
        piece.Owner.Pieces.Add(piece);
        (piece.Node.Windows ??= new NodeWindows(piece.Node)).Pieces.Add(piece);
    }

    /// <summary>Takes all pieces of a reservation off their nodes; returns the nodes.</summary>
    public static List<NodeEntry> Detach(Reservation reservation)
    {
        var nodes = new List<NodeEntry>(reservation.Pieces.Count);
        foreach (var piece in reservation.Pieces)
        {
            var windows = piece.Node.Windows!;
            windows.Pieces.Remove(piece);
            windows.Settle();
            if (windows.Pieces.Count == 0) piece.Node.Windows = null;
            nodes.Add(piece.Node);
        }
        reservation.Pieces.Clear();
        return nodes;
    }
}
