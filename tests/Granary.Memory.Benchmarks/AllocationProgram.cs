using System.Buffers;
using System.Diagnostics;
using System.Text;
using Granary.Memory.Arenas;
using Granary.Memory.Pools;

namespace Granary.Memory.Benchmarks;

/// <summary>One workload written plainly and with pools and an arena: requests of 200 to 8,000 bytes are framed, checked and answered, 32 of them under way at a time.</summary>
internal static class AllocationProgram
{
    private const int Requests = 200_000, UnderWay = 32, Rounds = 5;

    public static void Run()
    {
        var plain = new double[3];
        Console.WriteLine($"{Requests:N0} requests of 200 to 8,000 bytes, {UnderWay} under way, median of {Rounds} rounds: bytes allocated and ns a request, collections, heap at the end");
        foreach (var (name, work) in new (string, Func<long>)[] { ("plain", Plain), ("pools and arena", Pooled), ("ArrayPool", Shared) })
        {
            var (bytes, times, collections, check) = (new List<double>(), new List<double>(), 0, 0L);
            for (var round = -1; round < Rounds; round++)
            {
                GC.Collect();
                var (allocated, collected, started) = (GC.GetAllocatedBytesForCurrentThread(), GC.CollectionCount(0), Stopwatch.GetTimestamp());
                check = work();
                if (round < 0) continue;
                times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / Requests);
                bytes.Add((GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Requests);
                collections += GC.CollectionCount(0) - collected;
            }
            var (median, time) = (bytes.Order().ElementAt(Rounds / 2), times.Order().ElementAt(Rounds / 2));
            if (name == "plain") plain[0] = median;
            Console.WriteLine($"  {name,-16} {median,9:F1} bytes ({1 - median / plain[0],6:P1} fewer)   {time,7:F0} ns   {collections,4} collections   heap {GC.GetTotalMemory(false) >> 10,6:N0} KiB   sum {check}");
        }
    }

    private static int Length(int request) => 200 + (int)((uint)request * 2654435761u % 7800);

    private static long Plain()
    {
        var (open, sum) = (new (byte[] Frame, StringBuilder Answer)[UnderWay], 0L);
        for (var request = 0; request < Requests; request++)
        {
            var frame = new byte[Length(request)];
            var answer = new StringBuilder(256);
            sum += Serve(frame, answer, request);
            open[request % UnderWay] = (frame, answer);
        }
        GC.KeepAlive(open);
        return sum;
    }

    private static long Pooled()
    {
        using var arena = new Arena(4 << 20);
        var answers = new ResourcePool<StringBuilder>("answers", ResourceRules<StringBuilder>.Of(() => new StringBuilder(256)), new() { MaxSize = UnderWay + 1 }, TimeProvider.System);
        var (open, sum) = (new (ArenaBlock Frame, PoolLease<StringBuilder> Answer)[UnderWay], 0L);
        for (var request = 0; request < Requests; request++)
        {
            ref var place = ref open[request % UnderWay];
            place.Frame.Dispose();
            place.Answer.Dispose();
            var frame = arena.Allocate(Length(request));
            var answer = answers.Acquire();
            sum += Serve(frame.Span, answer.Value.Clear(), request);
            place = (frame, answer);
        }
        foreach (var (frame, answer) in open)
        {
            frame.Dispose();
            answer.Dispose();
        }
        answers.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return sum;
    }

    private static long Shared()
    {
        var (open, spare, sum) = (new (byte[]? Frame, StringBuilder? Answer)[UnderWay], new Stack<StringBuilder>(), 0L);
        for (var request = 0; request < Requests; request++)
        {
            ref var place = ref open[request % UnderWay];
            if (place.Frame is not null) ArrayPool<byte>.Shared.Return(place.Frame);
            if (place.Answer is not null) spare.Push(place.Answer);
            var frame = ArrayPool<byte>.Shared.Rent(Length(request));
            if (!spare.TryPop(out var answer)) answer = new StringBuilder(256);
            sum += Serve(frame.AsSpan(0, Length(request)), answer.Clear(), request);
            place = (frame, answer);
        }
        return sum;
    }

    private static long Serve(Span<byte> frame, StringBuilder answer, int request)
    {
        frame.Fill((byte)request);
        var sum = 0L;
        foreach (var value in frame) sum += value;
        answer.Append("{\"request\":").Append(request).Append(",\"sum\":").Append(sum).Append('}');
        return sum + answer.Length;
    }
}
