namespace Granary.Storage;

/// <param name="Id">Names its pieces.</param>
/// <param name="Sequence">The record after which it was taken.</param>
internal readonly record struct SnapshotHead(long Id, long Sequence, uint Crc, long Length);

/// <summary>
/// Writes snapshots piece by piece, and removes what they replace. A snapshot counts once it is sealed; each has an id of its own, so
/// that two writers at the same sequence cannot mix their pieces.
/// </summary>
internal sealed class SnapshotWriter(Database database, TimeProvider time)
{
    private const int PiecesAtOnce = 4;

    /// <summary>Bytes of records that are removed in one commit, or one record of more: appends wait meanwhile.</summary>
    private const long BytesAtOnce = 1024 * 1024;

    private readonly Statement _current = database.Prepare(
        "SELECT id, seq FROM snapshot WHERE pool = ? AND sealed = 1 ORDER BY seq DESC LIMIT 1");

    private readonly Statement _begin = database.Prepare(
        "INSERT INTO snapshot(pool, seq, sealed, format, crc, length, taken) VALUES(?, ?, 0, ?, 0, 0, ?) RETURNING id");

    private readonly Statement _piece = database.Prepare("INSERT INTO snapshot_piece(snapshot, piece, data) VALUES(?, ?, ?)");

    private readonly Statement _seal = database.Prepare("UPDATE snapshot SET sealed = 1, crc = ?, length = ? WHERE id = ?");

    private readonly Statement _dropPieces = database.Prepare("""
        DELETE FROM snapshot_piece WHERE id IN (
            SELECT id FROM snapshot_piece WHERE snapshot IN (SELECT id FROM snapshot WHERE pool = ? AND seq <= ? AND id <> ?) LIMIT ?)
        """);

    private readonly Statement _dropHeads = database.Prepare("DELETE FROM snapshot WHERE pool = ? AND seq <= ? AND id <> ?");

    private readonly Statement _oldRecords = database.Prepare("SELECT id, length(payload) FROM journal WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?");

    private readonly Statement _dropRecords = database.Prepare("DELETE FROM journal WHERE id BETWEEN ? AND ?");

    /// <summary>Of the sealed one; 0 when there is none.</summary>
    public long Sequence(long pool) => Current(pool).Sequence;

    /// <returns>Its id.</returns>
    public long Begin(long pool, long sequence)
    {
        _begin.Bind(1, pool).Bind(2, sequence).Bind(3, Schema.RecordFormat).Bind(4, UnixTime.Micros(time.GetUtcNow())).Step();
        var id = _begin.Int64(0);
        _begin.Reset();
        return id;
    }

    public void InsertPiece(long snapshot, int piece, ReadOnlySpan<byte> data) =>
        _piece.Bind(1, snapshot).Bind(2, piece).Bind(3, data).Run();

    public void Seal(long pool, SnapshotHead head)
    {
        if (Sequence(pool) < head.Sequence) _seal.Bind(1, head.Crc).Bind(2, head.Length).Bind(3, head.Id).Run();
    }

    /// <returns>True when more is left.</returns>
    public bool Truncate(long pool, int maxRecords)
    {
        var (id, sequence) = Current(pool);
        _dropPieces.Bind(1, pool).Bind(2, sequence).Bind(3, id).Bind(4, PiecesAtOnce).Run();
        var pieces = database.Changes;
        if (pieces == 0) _dropHeads.Bind(1, pool).Bind(2, sequence).Bind(3, id).Run();
        return DropRecords(Key.Of(pool, 0), Key.Of(pool, sequence), maxRecords) || pieces > 0;
    }

    /// <returns>True when more may be left.</returns>
    private bool DropRecords(long from, long to, int most)
    {
        var (bytes, records, last) = (0L, 0, 0L);
        for (_oldRecords.Bind(1, from).Bind(2, to).Bind(3, most); bytes < BytesAtOnce && _oldRecords.Step(); records++)
        {
            last = _oldRecords.Int64(0);
            bytes += _oldRecords.Int64(1);
        }
        _oldRecords.Reset();
        if (records == 0) return false;
        _dropRecords.Bind(1, from).Bind(2, last).Run();
        return records == most || bytes >= BytesAtOnce;
    }

    /// <summary>What a crash left unfinished.</summary>
    public void RemoveUnsealed()
    {
        database.Execute("DELETE FROM snapshot_piece WHERE snapshot IN (SELECT id FROM snapshot WHERE sealed = 0)");
        database.Execute("DELETE FROM snapshot WHERE sealed = 0");
    }

    private (long Id, long Sequence) Current(long pool)
    {
        var current = _current.Bind(1, pool).Step() ? (_current.Int64(0), _current.Int64(1)) : (0, 0);
        _current.Reset();
        return current;
    }
}
