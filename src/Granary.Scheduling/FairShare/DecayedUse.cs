namespace Granary.Scheduling.FairShare;

/// <summary>
/// Use remembered with a half-life: the average share of the past, each moment weighted by 2^(-age/half-life). A share held for ever tends to
/// itself. Source: the Slurm multifactor plug-in's decayed usage, normalised by the integral of its weight.
/// </summary>
internal sealed class DecayedUse
{
    /// <summary>The average at <see cref="At"/>, 0 to 1.</summary>
    public double Average { get; set; }

    /// <summary>The share held since <see cref="At"/>.</summary>
    public double Share { get; set; }

    public long At { get; set; }

    /// <summary>The average at <paramref name="now"/>.</summary>
    public double Value(long now, long halfLife) =>
        halfLife == 0 || now <= At ? Average : Share + (Average - Share) * Math.Pow(2, -(now - At) / (double)halfLife);

    /// <summary>From <paramref name="now"/> on it holds <paramref name="share"/>.</summary>
    public void Set(double share, long now, long halfLife)
    {
        if (halfLife == 0) return;
        Average = Value(now, halfLife);
        Share = share;
        At = Math.Max(At, now);
    }
}
