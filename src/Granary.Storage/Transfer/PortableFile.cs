using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Model;
using Granary.Parallelism.Pipelines;

namespace Granary.Storage;

/// <summary>
/// A whole store in one file, the same from SQLite and from PostgreSQL: <c>GRANARY</c> and a version, then items (kind, length, bytes, CRC-32C of
/// kind and bytes), then an end that counts them, without which the file was cut off.
/// </summary>
public static class PortableFile
{
    public const byte Version = 1;

    private const int MaxItem = int.MaxValue - 64;
    private const int ItemsAtOnce = 128;
    private const long BytesAtOnce = 256 * 1024;
    private static readonly byte[] Magic = "GRANARY"u8.ToArray();

    private enum Kind : byte
    {
        Pool = 1,
        Snapshot = 2,
        Record = 3,
        Finished = 4,
        State = 5,
        End = 255,
    }

    /// <summary>Writes beside <paramref name="path"/> and renames, so that the file is whole or not there. Mode 0600.</summary>
    public static async Task<TransferCounts> WriteAsync(string path, IAsyncEnumerable<StoreItem> items, CancellationToken cancellationToken = default)
    {
        await using var file = new NewFile(path);
        var order = new TransferOrder();
        await using (var stream = new BufferedStream(file.Stream, 1024 * 1024))
        {
            stream.Write(Magic);
            stream.WriteByte(Version);
            // the store is read, items become bytes, and these are written, at the same time
            await Pipeline.From(Pieces(order.Check(items, cancellationToken)), capacity: 4).Then(Encode, new StageOptions { Parallelism = 2, Capacity = 4 })
                .RunAsync(async (piece, cancel) => await stream.WriteAsync(piece, cancel).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            var counts = order.Counts;
            var writer = new RecordWriter(64);
            foreach (var count in (long[])[counts.Pools, counts.JournalRecords, counts.FinishedTasks, counts.StateRecords]) writer.Signed(count);
            WriteItem(stream, Kind.End, writer.Written);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            file.Keep();
            return counts;
        }
    }

    /// <summary>True when the file begins as one of these.</summary>
    public static bool Is(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[Magic.Length];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Magic);
    }

    /// <exception cref="StorageException">Damaged, cut off, of a newer build, or no such file at all.</exception>
    public static async IAsyncEnumerable<StoreItem> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        using var stream = new BufferedStream(File.OpenRead(path), 1024 * 1024);
        var start = new byte[Magic.Length + 1];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new StorageException(StorageFault.Damaged, $"{path} is no export of Granary: 'granary db export' writes one");
        if (start[^1] is 0 or > Version)
        {
            throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
                $"{path} is an export of version {start[^1]}, and this build knows up to {Version}: use the newer build"));
        }
        // the next piece is read and checked while the one before becomes items
        var pieces = Pipeline.From(ReadPieces(stream, path), capacity: 4).Then(piece => Decode(piece, path), new StageOptions { Parallelism = 2, Capacity = 4 });
        await foreach (var piece in pieces.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            foreach (var item in piece) yield return item;
    }

    /// <summary>Items that go through a pipeline together.</summary>
    private static async IAsyncEnumerable<StoreItem[]> Pieces(IAsyncEnumerable<StoreItem> items)
    {
        var piece = new List<StoreItem>(ItemsAtOnce);
        await foreach (var item in items.ConfigureAwait(false))
        {
            piece.Add(item);
            // a snapshot may be large: nothing waits with it
            if (piece.Count < ItemsAtOnce && item is not StoreItem.Snapshot) continue;
            yield return [.. piece];
            piece.Clear();
        }
        if (piece.Count > 0) yield return [.. piece];
    }

    private static ReadOnlyMemory<byte> Encode(StoreItem[] items)
    {
        using var piece = new MemoryStream();
        var writer = new RecordWriter(16 * 1024);
        foreach (var item in items)
        {
            writer.Clear();
            WriteItem(piece, Encode(writer, item), writer.Written);
        }
        return piece.GetBuffer().AsMemory(0, (int)piece.Length);
    }

    private static IEnumerable<List<(Kind Kind, byte[] Bytes, string Pool)>> ReadPieces(Stream stream, string path)
    {
        var (pool, size) = ("", 0L);
        var piece = new List<(Kind, byte[], string)>(ItemsAtOnce);
        while (true)
        {
            var (kind, bytes) = ReadItem(stream, path);
            if (kind == Kind.End) break;
            if (kind == Kind.Pool) pool = ((StoreItem.Pool)Decode(kind, bytes, pool, path)).Name;
            piece.Add((kind, bytes, pool));
            size += bytes.Length;
            if (piece.Count < ItemsAtOnce && size < BytesAtOnce) continue;
            yield return piece;
            (piece, size) = (new(ItemsAtOnce), 0);
        }
        yield return piece;
    }

    private static StoreItem[] Decode(List<(Kind Kind, byte[] Bytes, string Pool)> piece, string path) => [.. piece.Select(i => Decode(i.Kind, i.Bytes, i.Pool, path))];

    private static Kind Encode(RecordWriter w, StoreItem item)
    {
        switch (item)
        {
            case StoreItem.Pool pool:
                w.Text(pool.Name);
                w.Signed(pool.LastSequence);
                return Kind.Pool;
            case StoreItem.Snapshot snapshot:
                w.Signed(snapshot.Sequence);
                w.Bytes(snapshot.Data.Span);
                return Kind.Snapshot;
            case StoreItem.Record record:
                w.Signed(record.Journal.Sequence);
                w.Bytes(record.Journal.Payload.Span);
                return Kind.Record;
            case StoreItem.Finished finished:
                TaskRecordCodec.Write(w, finished.Task);
                return Kind.Finished;
            case StoreItem.State state:
                w.Text(state.Key.GrainType);
                w.Text(state.Key.GrainKey);
                w.Text(state.Key.StateName);
                w.Text(state.Value.ETag);
                w.Bool(state.Value.Exists);
                w.Bytes(state.Value.Data.Span);
                return Kind.State;
            default:
                throw new ArgumentException($"{item.GetType().Name} has no form in a file", nameof(item));
        }
    }

    private static StoreItem Decode(Kind kind, byte[] bytes, string pool, string path)
    {
        var r = new RecordReader(bytes);
        return kind switch
        {
            Kind.Pool => new StoreItem.Pool(r.Text(), r.Signed()),
            Kind.Snapshot => new StoreItem.Snapshot(r.Signed(), r.Bytes().ToArray()),
            Kind.Record => new StoreItem.Record(new JournalRecord(r.Signed(), r.Bytes().ToArray())),
            Kind.Finished => new StoreItem.Finished(TaskRecordCodec.Read(pool, ref r)),
            Kind.State => new StoreItem.State(new GrainStateKey(r.Text(), r.Text(), r.Text()), new GrainStateRecord(r.Text(), r.Bool(), r.Bytes().ToArray())),
            _ => throw Damaged(path, $"it has a part of kind {(int)kind}, which this build does not know"),
        };
    }

    private static void WriteItem(Stream stream, Kind kind, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        stream.Write(head);
        stream.Write(bytes);
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc(kind, bytes));
        stream.Write(crc);
    }

    private static (Kind Kind, byte[] Bytes) ReadItem(Stream stream, string path)
    {
        Span<byte> head = stackalloc byte[5];
        Fill(stream, head, path);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        if (length is < 0 or > MaxItem || (stream.CanSeek && length > stream.Length - stream.Position)) throw Damaged(path, "it is cut off");
        var bytes = new byte[length];
        Fill(stream, bytes, path);
        Span<byte> crc = stackalloc byte[4];
        Fill(stream, crc, path);
        var kind = (Kind)head[0];
        if (BinaryPrimitives.ReadUInt32LittleEndian(crc) != Crc(kind, bytes)) throw Damaged(path, "a part does not match its checksum");
        return (kind, bytes);
    }

    private static void Fill(Stream stream, Span<byte> bytes, string path)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw Damaged(path, "it is cut off");
    }

    private static uint Crc(Kind kind, ReadOnlySpan<byte> bytes) => Crc32C.Finish(Crc32C.Add(Crc32C.Add(Crc32C.Start, [(byte)kind]), bytes));

    private static StorageException Damaged(string path, string what) => new(StorageFault.Damaged, $"{path} is damaged ({what}): export again");
}
