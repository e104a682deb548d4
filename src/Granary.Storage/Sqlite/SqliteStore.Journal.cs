using System.Buffers;
using System.Runtime.CompilerServices;
using Granary.Model;

namespace Granary.Storage;

public sealed partial class SqliteStore
{
    private const int TruncateAtOnce = 2000;

    public async ValueTask<PoolRecovery> OpenAsync(string pool, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        return await _readers.Read(database => new JournalReader(database, pool).Recover(), cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string pool, long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        while (true)
        {
            var after = afterSequence;
            var page = await _readers.Read(database => new JournalReader(database, pool).Page(after), cancellationToken).ConfigureAwait(false);
            foreach (var record in page) yield return record;
            if (page.Count == 0) yield break;
            afterSequence = page[^1].Sequence;
        }
    }

    public Task AppendAsync(PoolAppend append, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckAppend(append);
        return Queue(new AppendWrite(append), cancellationToken);
    }

    public async Task SaveSnapshotAsync(
        string pool, long sequence, ReadOnlySequence<byte> snapshot, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        StoreArguments.CheckSequence(sequence);
        if (await Queue(new SnapshotBeginWrite(pool, sequence), cancellationToken).ConfigureAwait(false) is { } id)
        {
            var crc = Crc32C.Start;
            var number = 0;
            foreach (var piece in StoreArguments.Pieces(snapshot, _options.SnapshotPiece))
            {
                crc = Crc32C.Add(crc, piece.Span);
                await Queue(new SnapshotPieceWrite(id, number++, piece), cancellationToken).ConfigureAwait(false);
            }
            var head = new SnapshotHead(id, sequence, Crc32C.Finish(crc), snapshot.Length);
            await Queue(new SnapshotSealWrite(pool, head), cancellationToken).ConfigureAwait(false);
        }
        while (await Queue(new TruncateWrite(pool, TruncateAtOnce), cancellationToken).ConfigureAwait(false))
        {
            // appends go between
        }
    }

    internal Task<T> Queue<T>(Write<T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _commits.Add(write);
        return write.Made;
    }
}
