using System.Buffers;
using System.Runtime.CompilerServices;
using Granary.Model;

namespace Granary.Storage;

public sealed partial class PostgresStore
{
    private const int TruncateAtOnce = 5000;

    public async ValueTask<PoolRecovery> OpenAsync(string pool, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        return await ReadMoment(c => new PostgresJournal(c, Place, pool).Recover(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string pool, long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        while (true)
        {
            var after = afterSequence;
            var page = await ReadMoment(c => new PostgresJournal(c, Place, pool).Page(after, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var record in page) yield return record;
            if (page.Count == 0) yield break;
            afterSequence = page[^1].Sequence;
        }
    }

    public Task AppendAsync(PoolAppend append, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckAppend(append);
        return Queue(new PostgresAppend(append), cancellationToken);
    }

    public async Task SaveSnapshotAsync(
        string pool, long sequence, ReadOnlySequence<byte> snapshot, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckPool(pool);
        StoreArguments.CheckSequence(sequence);
        var begin = new PostgresSnapshotBegin(pool, sequence, _options.Time.GetUtcNow());
        if (await Queue(begin, cancellationToken).ConfigureAwait(false) is { } id)
        {
            var crc = Crc32C.Start;
            var number = 0;
            foreach (var piece in StoreArguments.Pieces(snapshot, _options.SnapshotPiece))
            {
                crc = Crc32C.Add(crc, piece.Span);
                if (!await Queue(new PostgresSnapshotPiece(id, number++, piece), cancellationToken).ConfigureAwait(false)) break;
            }
            var head = new SnapshotHead(id, sequence, Crc32C.Finish(crc), snapshot.Length);
            await Queue(new PostgresSnapshotSeal(head), cancellationToken).ConfigureAwait(false);
        }
        while (await Queue(new PostgresTruncate(pool, TruncateAtOnce), cancellationToken).ConfigureAwait(false))
        {
            // appends go between
        }
    }
}
