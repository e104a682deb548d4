using Granary.Parallelism.Atomics;
using Granary.Parallelism.Stealing;
using Granary.Parallelism.Tests.Interleaving;

namespace Granary.Parallelism.Tests.Stealing;

/// <summary>Scenarios of the deque. Operations are <c>+n</c> (put), <c>-</c> (take) and <c>!</c> (steal); the owner is the first thread.</summary>
internal static class DequeCases
{
    public const long Empty = -1;

    public static Scenario Of<TAtomics>(MemoryModel memory, string threads, string before = "", int capacity = 2)
        where TAtomics : struct, IAtomics
    {
        var deque = new StealingDequeCore<Item, TAtomics>(capacity);
        var items = Enumerable.Range(0, 10).Select(n => new Item(n)).ToArray();
        return new()
        {
            Memory = memory,
            Run = call =>
            {
                if (call.Name == "take") return Number(deque.Take());
                if (call.Name == "steal") return Number(deque.Steal());
                deque.Put(items[call.Argument]);
                return 1;
            },
            Model = Model,
            Before = Calls(before),
            Threads = [.. threads.Split('|').Select(Calls)],
            After = Calls("! ! !"),
        };
    }

    private static long Number(Item? item) => item?.Number ?? Empty;

    private static Call[] Calls(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word switch
    {
        "-" => new Call("take"),
        "!" => new Call("steal"),
        _ => new Call("put", long.Parse(word[1..])),
    })];

    private static long Model(List<long> items, Call call)
    {
        if (call.Name == "put")
        {
            items.Add(call.Argument);
            return 1;
        }
        if (items.Count == 0) return Empty;
        var at = call.Name == "take" ? items.Count - 1 : 0;
        var item = items[at];
        items.RemoveAt(at);
        return item;
    }

    internal sealed class Item(long number)
    {
        public long Number { get; } = number;
    }
}
