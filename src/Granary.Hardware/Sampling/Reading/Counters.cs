namespace Granary.Hardware;

/// <summary>Counters of the kernel: they only grow, until they wrap, are set back, or are somebody else's under the same name.</summary>
internal static class Counters
{
    /// <summary>
    /// How much a counter grew. One that went from the last quarter of the 32-bit or 64-bit range to the first has wrapped; any other step
    /// back is a counter that began anew, and says nothing about the time between.
    /// </summary>
    public static bool TryIncrease(ulong before, ulong now, out ulong increase)
    {
        increase = 0;
        if (now >= before)
        {
            increase = now - before;
            return true;
        }
        if (before <= uint.MaxValue && before >= 3UL << 30 && now < 1UL << 30)
        {
            increase = now + (1UL << 32) - before;
            return true;
        }
        if (before < 3UL << 62 || now >= 1UL << 62) return false;
        increase = unchecked(now - before);
        return true;
    }
}

/// <summary>A counter and what it was at the tick before.</summary>
internal struct Counter
{
    private ulong _last;
    private bool _known;

    /// <summary>Increase since the tick before; null at first and when the counter began anew.</summary>
    public ulong? Advance(ulong now)
    {
        var increase = _known && Counters.TryIncrease(_last, now, out var grown) ? grown : (ulong?)null;
        (_last, _known) = (now, true);
        return increase;
    }

    /// <summary>It could not be read: what it shows next time is no increase over one tick.</summary>
    public void Forget() => _known = false;
}
