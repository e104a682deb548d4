using System.ComponentModel.DataAnnotations;
using Granary.Model;

namespace Granary.Caching.Prefetch;

/// <summary>When a <see cref="Prefetcher"/> guesses, and when it stops.</summary>
public sealed record PrefetchOptions
{
    /// <summary>How many keys ahead of a run of requests.</summary>
    [Range(1, 64)]
    public int Ahead { get; init; } = 4;

    /// <summary>How many steps of one length make a run.</summary>
    [Range(2, 16)]
    public int RunLength { get; init; } = 3;

    /// <summary>For how many keys it remembers what came after them.</summary>
    [Range(16, 1 << 24)]
    public int Remembered { get; init; } = 1 << 14;

    /// <summary>A kind of guess that has been right less often than this is not made any more, but for the few that show whether it has become right again.</summary>
    [Range(0.0, 1.0)]
    public double LeastPrecision { get; init; } = 0.3;

    /// <summary>Of guesses that are not made, every how many-th is followed all the same, without fetching anything.</summary>
    [Range(1, 1024)]
    public int ProbeEvery { get; init; } = 8;

    /// <summary>A guess that nobody asked for within so many requests was wrong.</summary>
    [Range(1, 1 << 20)]
    public int WrongAfter { get; init; } = 256;

    /// <exception cref="GranaryException">Invalid, with the option's name.</exception>
    public PrefetchOptions Validated()
    {
        if (Ahead is < 1 or > 64) throw GranaryException.Invalid($"Ahead is {Ahead}; it must be 1 to 64");
        if (RunLength is < 2 or > 16) throw GranaryException.Invalid($"RunLength is {RunLength}; it must be 2 to 16");
        if (Remembered is < 16 or > 1 << 24) throw GranaryException.Invalid($"Remembered is {Remembered}; it must be 16 to {1 << 24}");
        if (LeastPrecision is not (>= 0 and <= 1)) throw GranaryException.Invalid($"LeastPrecision is {LeastPrecision}; it must be 0 to 1");
        if (ProbeEvery < 1) throw GranaryException.Invalid($"ProbeEvery is {ProbeEvery}; it must be at least 1");
        if (WrongAfter < 1) throw GranaryException.Invalid($"WrongAfter is {WrongAfter}; it must be at least 1");
        return this;
    }
}

/// <summary>What a guess rests on.</summary>
public enum PrefetchPattern
{
    /// <summary>Keys in steps of one.</summary>
    Sequential,

    /// <summary>Keys in steps of another length, forwards or backwards.</summary>
    Stride,

    /// <summary>What came after this key the last times.</summary>
    Successor,
}

/// <summary>How good one kind of guess has been.</summary>
/// <param name="Made">Guesses that were handed out.</param>
/// <param name="Right">Of those that are settled, how many were asked for in time.</param>
/// <param name="Wrong">How many were not.</param>
/// <param name="Precision">Lately, with older ones forgotten: 0 to 1; 1 before anything is known.</param>
/// <param name="On">Whether guesses of this kind are handed out now.</param>
public sealed record PrefetchStatistics(PrefetchPattern Pattern, long Made, long Right, long Wrong, double Precision, bool On);
