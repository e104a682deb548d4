namespace Granary.Hardware.Energy;

/// <summary>
/// An energy counter and what it was at the tick before. It begins again at zero after its range; a step that no package could have made means
/// that it began anew (the driver was loaded again) and says nothing about the time between.
/// </summary>
/// <param name="range">Microjoules at which it begins again; 0 when unknown, then a step back is no wrap.</param>
internal struct RaplCounter(ulong range)
{
    /// <summary>Watts that no package and no memory of one draws over a tick.</summary>
    public const double MostWatts = 5000;

    private ulong _last;
    private bool _known;

    /// <summary>Joules since the tick before; null at first, after a beginning anew, and when it may have wrapped more than once.</summary>
    /// <param name="now">Microjoules.</param>
    /// <param name="seconds">Since the tick before.</param>
    public double? Advance(ulong now, double seconds)
    {
        var (known, last) = (_known, _last);
        (_last, _known) = (now, true);
        if (!known || seconds <= 0) return null;
        var most = seconds * MostWatts;
        if (range > 0 && (now > range || most * 1e6 > range)) return null;
        if (now < last && range == 0) return null;
        var joules = (now >= last ? now - last : range - last + now) * 1e-6;
        return joules <= most ? joules : null;
    }

    /// <summary>It could not be read.</summary>
    public void Forget() => _known = false;
}
