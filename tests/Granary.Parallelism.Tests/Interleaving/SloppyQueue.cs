using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>The bounded queue with one of two mistakes, to see them found.</summary>
internal struct SloppyQueue<TAtomics>(int capacity, bool looksAtSequence)
    where TAtomics : struct, IAtomics
{
    private readonly long[] _items = new long[capacity];
    private readonly long[] _sequences = [.. Enumerable.Range(0, capacity).Select(i => (long)i)];
    private long _tail, _head;

    public bool TryEnqueue(long item)
    {
        while (true)
        {
            var at = TAtomics.Load(_items, -1, ref _tail);
            var index = (int)at % capacity;
            var lead = TAtomics.Load(_sequences, index, ref _sequences[index]) - at;
            if (lead < 0) return false;
            if (lead > 0 || !TAtomics.Exchange(_items, -1, ref _tail, at, at + 1)) continue;
            TAtomics.StoreItem(_items, index, ref _items[index], item);
            TAtomics.Store(_sequences, index, ref _sequences[index], at + 1);
            return true;
        }
    }

    public bool TryDequeue(out long item)
    {
        while (true)
        {
            item = 0;
            var at = TAtomics.Load(_items, -2, ref _head);
            var index = (int)at % capacity;
            if (looksAtSequence)
            {
                // as first published: "empty" when the item at the head is only not there yet
                var lead = TAtomics.Load(_sequences, index, ref _sequences[index]) - (at + 1);
                if (lead < 0) return false;
                if (lead > 0) continue;
            }
            else if (TAtomics.Load(_items, -1, ref _tail) == at) return false;
            if (!TAtomics.Exchange(_items, -2, ref _head, at, at + 1)) continue;
            item = TAtomics.LoadItem(_items, index, ref _items[index]);
            TAtomics.Store(_sequences, index, ref _sequences[index], at + capacity);
            return true;
        }
    }
}
