using System.Numerics;
using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Stealing;

/// <summary>
/// A deque whose owner puts and takes at one end while others steal at the other: Chase and Lev ("Dynamic circular work-stealing deque", 2005) with the orders
/// of Lê, Pop, Cohen and Zappa Nardelli ("Correct and efficient work-stealing for weak memory models", 2013). It grows; arrays it has left are the collector's.
/// A stolen item stays referenced until its cell is used again.
/// </summary>
internal struct StealingDequeCore<T, TAtomics>
    where T : class
    where TAtomics : struct, IAtomics
{
    private const int Top = -1, Bottom = -2, Cells = -3;
    private static readonly Func<int, T[]> NewCells = static length => new T[length];

    private readonly object _owner = new();
    private T[] _cells;
    private Position _top, _bottom;

    /// <param name="capacity">To begin with; rounded up to a power of two.</param>
    public StealingDequeCore(int capacity) => _cells = new T[BitOperations.RoundUpToPowerOf2((uint)capacity)];

    /// <summary>Items at some moment during the call; exact for the owner while nobody steals.</summary>
    public long Count => Math.Max(0, TAtomics.Load(_owner, Bottom, ref _bottom.Value) - TAtomics.Load(_owner, Top, ref _top.Value));

    /// <summary>For the owner.</summary>
    public void Put(T item)
    {
        var bottom = TAtomics.Load(_owner, Bottom, ref _bottom.Value);
        var top = TAtomics.Load(_owner, Top, ref _top.Value);
        var cells = TAtomics.LoadReference(_owner, Cells, ref _cells);
        if (bottom - top >= cells.Length) cells = Grow(cells, top, bottom);
        var index = (int)(bottom & (cells.Length - 1));
        TAtomics.StoreItem(cells, index, ref cells[index], item);
        TAtomics.Store(_owner, Bottom, ref _bottom.Value, bottom + 1);
    }

    /// <summary>The youngest item, for the owner.</summary>
    /// <returns>Null when it is empty.</returns>
    public T? Take()
    {
        var bottom = TAtomics.Load(_owner, Bottom, ref _bottom.Value) - 1;
        var cells = TAtomics.LoadReference(_owner, Cells, ref _cells);
        TAtomics.StorePlain(_owner, Bottom, ref _bottom.Value, bottom);
        // thieves must see that the youngest is claimed before this looks at what they have claimed
        TAtomics.Fence();
        var top = TAtomics.Load(_owner, Top, ref _top.Value);
        if (top > bottom)
        {
            TAtomics.StorePlain(_owner, Bottom, ref _bottom.Value, bottom + 1);
            return null;
        }
        var index = (int)(bottom & (cells.Length - 1));
        var item = TAtomics.LoadItem(cells, index, ref cells[index]);
        if (top < bottom)
        {
            // no thief reads this cell: it would have to claim what lies before it first
            TAtomics.StoreItem(cells, index, ref cells[index], null!);
            return item;
        }
        // the last one: whoever moves the top has it
        var mine = TAtomics.Exchange(_owner, Top, ref _top.Value, top, top + 1);
        TAtomics.StorePlain(_owner, Bottom, ref _bottom.Value, bottom + 1);
        return mine ? item : null;
    }

    /// <summary>The oldest item, for anybody.</summary>
    /// <returns>Null when it is empty.</returns>
    public T? Steal()
    {
        while (true)
        {
            var top = TAtomics.Load(_owner, Top, ref _top.Value);
            TAtomics.Fence();
            if (top >= TAtomics.Load(_owner, Bottom, ref _bottom.Value)) return null;
            var cells = TAtomics.LoadReference(_owner, Cells, ref _cells);
            var index = (int)(top & (cells.Length - 1));
            var item = TAtomics.LoadItem(cells, index, ref cells[index]);
            if (TAtomics.Exchange(_owner, Top, ref _top.Value, top, top + 1)) return item;
        }
    }

    private T[] Grow(T[] cells, long top, long bottom)
    {
        var larger = TAtomics.Create(NewCells, cells.Length * 2);
        for (var at = top; at < bottom; at++)
        {
            int from = (int)(at & (cells.Length - 1)), to = (int)(at & (larger.Length - 1));
            TAtomics.StoreItem(larger, to, ref larger[to], TAtomics.LoadItem(cells, from, ref cells[from]));
        }
        TAtomics.StoreReference(_owner, Cells, ref _cells, larger);
        return larger;
    }
}
