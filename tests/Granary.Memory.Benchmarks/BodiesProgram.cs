using System.Buffers;
using System.Diagnostics;
using Granary.Memory.Arenas;
using Granary.Rest.Http;

namespace Granary.Memory.Benchmarks;

/// <summary>Bodies of requests, read as the server does it, from ArrayPool, and as it was before: a stream that grows, a piece to read into, a copy.</summary>
internal static class BodiesProgram
{
    private const int Limit = 8 << 20, Rounds = 9;

    public static void Run()
    {
        using var arena = new BodyArena();
        Console.WriteLine($"a body that comes in pieces of 4 KiB, {Environment.ProcessorCount} cores; median of {Rounds} rounds, ns and bytes allocated a body");
        foreach (var threads in new[] { 1, 4 })
        {
            foreach (var (length, told) in new[] { (300, true), (3_000, true), (30_000, true), (30_000, false), (300_000, true) })
            {
                var bodies = (length > 100_000 ? 4_000 : 40_000) / threads;
                Compare(threads, bodies, $"{threads} thread(s), {length:N0} bytes{(told ? "" : ", length not told")}",
                [
                    ("stream and copy", body => Copied(body, told)),
                    ("ArrayPool", body => Pooled(body, told)),
                    ("arena", body => InArena(body, arena.Arena, told)),
                ], length);
            }
        }
    }

    private static long Copied(Pieces body, bool told)
    {
        using var buffer = new MemoryStream(told ? (int)body.Length : 0);
        var chunk = new byte[16 * 1024];
        for (int read; (read = Got(body.ReadAsync(chunk))) > 0;) buffer.Write(chunk, 0, read);
        return buffer.ToArray().Length;
    }

    private static long Pooled(Pieces body, bool told)
    {
        var (room, length) = (ArrayPool<byte>.Shared.Rent(told ? (int)body.Length + 1 : 4097), 0);
        for (int read; (read = Got(body.ReadAsync(room.AsMemory(length)))) > 0;)
        {
            length += read;
            if (length < room.Length) continue;
            var larger = ArrayPool<byte>.Shared.Rent(2 * room.Length);
            room.CopyTo(larger.AsSpan());
            ArrayPool<byte>.Shared.Return(room);
            room = larger;
        }
        ArrayPool<byte>.Shared.Return(room);
        return length;
    }

    private static long InArena(Pieces body, Arena arena, bool told)
    {
        using var buffer = new BodyBuffer(arena, Limit);
        var filled = buffer.Fill(body, told ? body.Length : null, CancellationToken.None);
        if (!filled.IsCompletedSuccessfully || !filled.Result) throw new InvalidOperationException("the body is there at once, and is not too long");
        return buffer.Bytes.Length;
    }

    private static int Got(ValueTask<int> read) => read.IsCompletedSuccessfully ? read.Result : throw new InvalidOperationException("a piece is there at once");

    private static void Compare(int threads, int bodies, string what, (string Name, Func<Pieces, long> Read)[] ways, int length)
    {
        var times = ways.Select(_ => new List<double>()).ToArray();
        var (bytes, collections) = (new double[ways.Length], new int[ways.Length]);
        for (var round = -2; round < Rounds; round++)
        {
            for (var i = 0; i < ways.Length; i++)
            {
                var read = ways[i].Read;
                void Work()
                {
                    var body = new Pieces(length);
                    for (var n = 0; n < bodies; n++)
                    {
                        body.Rewind();
                        if (read(body) != length) throw new InvalidOperationException("a body is cut");
                    }
                }
                var (allocated, collected, started) = (GC.GetTotalAllocatedBytes(true), GC.CollectionCount(0), Stopwatch.GetTimestamp());
                var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(Work)).ToArray();
                foreach (var other in others) other.Start();
                Work();
                foreach (var other in others) other.Join();
                if (round < 0) continue;
                times[i].Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / bodies / threads);
                bytes[i] = (GC.GetTotalAllocatedBytes(true) - allocated) / (double)bodies / threads;
                collections[i] += GC.CollectionCount(0) - collected;
            }
        }
        Console.WriteLine($"  {what,-44} " + string.Join("   ", ways.Select((way, i) => $"{way.Name} {times[i].Order().ElementAt(Rounds / 2),7:F0} ns, {bytes[i],9:F0} bytes, {collections[i]} collections")));
    }

    /// <summary>A body that is there, 4 KiB at a time, as a web server hands it on.</summary>
    private sealed class Pieces(int length) : Stream
    {
        private static readonly byte[] Piece = new byte[4096];
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public void Rewind() => _at = 0;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(Math.Min(buffer.Length, Piece.Length), length - _at);
            Piece.AsSpan(0, count).CopyTo(buffer.Span);
            _at += count;
            return new(count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
