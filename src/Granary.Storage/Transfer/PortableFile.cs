using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Model;

namespace Granary.Storage;

/// <summary>
/// A whole store in one file, the same from SQLite and from PostgreSQL: <c>GRANARY</c> and a version, then items (kind, length, bytes, CRC-32C of
/// kind and bytes), then an end that counts them, without which the file was cut off.
/// </summary>
public static class PortableFile
{
    public const byte Version = 1;

    private const int MaxItem = int.MaxValue - 64;
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
        var writer = new RecordWriter(64 * 1024);
        await using (var stream = new BufferedStream(file.Stream, 1024 * 1024))
        {
            stream.Write(Magic);
            stream.WriteByte(Version);
            await foreach (var item in order.Check(items, cancellationToken).ConfigureAwait(false))
            {
                writer.Clear();
                WriteItem(stream, Encode(writer, item), writer.Written);
            }
            var counts = order.Counts;
            writer.Clear();
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
        var pool = "";
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (kind, bytes) = ReadItem(stream, path);
            if (kind == Kind.End) yield break;
            var item = Decode(kind, bytes, pool, path);
            if (item is StoreItem.Pool next) pool = next.Name;
            yield return item;
        }
    }

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
