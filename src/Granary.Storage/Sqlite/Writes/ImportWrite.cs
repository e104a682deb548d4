using Granary.Model;

namespace Granary.Storage;

/// <summary>Some items of another store, in their order.</summary>
/// <param name="pool">The pool they begin in.</param>
internal sealed class ImportWrite(string pool, IReadOnlyList<StoreItem> items, int pieceBytes) : Write<string>
{
    public override void Apply(WriteConnection connection)
    {
        var current = pool;
        foreach (var item in items)
        {
            switch (item)
            {
                case StoreItem.Pool next:
                    connection.PoolId(current = next.Name);
                    break;
                case StoreItem.Snapshot snapshot:
                    Put(connection, connection.PoolId(current), snapshot);
                    break;
                case StoreItem.Record record:
                    connection.InsertRecord(connection.PoolId(current), record.Journal.Sequence, record.Journal.Payload.Span);
                    break;
                case StoreItem.Finished finished:
                    connection.Tasks.Upsert(connection.PoolId(current), finished.Task);
                    break;
                case StoreItem.State state:
                    connection.GrainStates.Put(state.Key, ETag.Number(state.Value.ETag) ?? 1,
                        state.Value.Exists ? state.Value.Data : (ReadOnlyMemory<byte>?)null);
                    break;
            }
        }
        Result(current);
    }

    private void Put(WriteConnection connection, long id, StoreItem.Snapshot snapshot)
    {
        var number = connection.Snapshots.Begin(id, snapshot.Sequence);
        var piece = 0;
        for (var rest = snapshot.Data; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, pieceBytes)..])
            connection.Snapshots.InsertPiece(number, piece++, rest.Span[..Math.Min(rest.Length, pieceBytes)]);
        connection.Snapshots.Seal(id, new SnapshotHead(number, snapshot.Sequence, Crc32C.Of(snapshot.Data.Span), snapshot.Data.Length));
    }
}
