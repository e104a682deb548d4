using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// A counter summed over the processes of a tree, where each process includes the children it has waited for. The sum only grows, but for two
/// things: a child that nobody of the tree waits for takes its part with it, and one that ends while the tree is being read is missed once and
/// counted twice at the next tick.
/// </summary>
internal struct TreeCounter
{
    private ulong _last;
    private ulong _missed;
    private bool _known;

    /// <summary>A process that was there before turns out to belong to the tree: what it has counted so far is no increase.</summary>
    public void Include(ulong before)
    {
        if (_known) _last += before;
    }

    /// <param name="total">Over all processes of the tree.</param>
    /// <param name="survivors">Increase of those that were there at the tick before too.</param>
    /// <returns>Increase since the tick before, and null at first.</returns>
    public ulong? Advance(ulong total, ulong survivors, out ReadingSource quality)
    {
        quality = ReadingSource.Measured;
        var (last, missed, known) = (_last, _missed, _known);
        (_last, _missed, _known) = (total, 0, true);
        if (!known) return null;
        if (total < last)
        {
            _missed = last + survivors - total;
            quality = ReadingSource.Estimated;
            return survivors;
        }
        var increase = total - last;
        if (missed == 0 || increase < missed) return increase;
        quality = ReadingSource.Estimated;
        return increase - missed;
    }
}
