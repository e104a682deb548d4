using Granary.Parallelism.Queues;
using Granary.Parallelism.Tests.Interleaving;

namespace Granary.Parallelism.Tests.Queues;

/// <summary>Scenarios of the queues. Operations are <c>+n</c> (enqueue, 1 or 0) and <c>-</c> (dequeue, the item or -1).</summary>
internal static class QueueCases
{
    public const long Empty = -1;

    /// <summary>Threads in words: <c>"+1 - | +2 -"</c>.</summary>
    public static Call[][] Threads(string text) => [.. text.Split('|').Select(Calls)];

    public static Call[] Calls(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "-" ? new Call("dequeue") : new Call("enqueue", long.Parse(word[1..])))];

    public static Scenario Bounded<TAtomics>(MemoryModel memory, string threads, string before = "", int capacity = 2)
        where TAtomics : struct, Parallelism.Atomics.IAtomics
    {
        var queue = new BoundedQueueCore<long, TAtomics>(capacity);
        return new()
        {
            Memory = memory,
            Run = call => call.Name == "dequeue" ? (queue.TryDequeue(out var item) ? item : Empty) : queue.TryEnqueue(call.Argument) ? 1 : 0,
            Model = Model(capacity),
            Before = Calls(before),
            Threads = Threads(threads),
            After = Calls("- - -"),
        };
    }

    public static Scenario Segmented<TAtomics>(MemoryModel memory, string threads, string before = "", int segment = 1)
        where TAtomics : struct, Parallelism.Atomics.IAtomics
    {
        var queue = new SegmentedQueueCore<long, TAtomics>(segment);
        return new()
        {
            Memory = memory,
            Run = call =>
            {
                if (call.Name == "dequeue") return queue.TryDequeue(out var item) ? item : Empty;
                queue.Enqueue(call.Argument);
                return 1;
            },
            Model = Model(int.MaxValue),
            Before = Calls(before),
            Threads = Threads(threads),
            After = Calls("- - -"),
        };
    }

    public static Func<List<long>, Call, long> Model(int capacity) => (items, call) =>
    {
        if (call.Name == "enqueue")
        {
            if (items.Count == capacity) return 0;
            items.Add(call.Argument);
            return 1;
        }
        if (items.Count == 0) return Empty;
        var first = items[0];
        items.RemoveAt(0);
        return first;
    };
}
