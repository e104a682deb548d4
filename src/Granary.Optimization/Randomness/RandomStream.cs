using System.Numerics;

namespace Granary.Optimization.Randomness;

/// <summary>
/// A seeded stream of random numbers: the same seed gives the same numbers on every machine and every version of .NET, which <see cref="Random"/> does not promise.
/// Source: xoshiro256** by Blackman and Vigna (2018), seeded by SplitMix64.
/// </summary>
public sealed class RandomStream
{
    private ulong _a, _b, _c, _d;
    private double _spare = double.NaN;

    public RandomStream(long seed)
    {
        var state = unchecked((ulong)seed);
        _a = Mix(ref state);
        _b = Mix(ref state);
        _c = Mix(ref state);
        _d = Mix(ref state);
    }

    /// <summary>The next number, 0 to 1, 1 excluded.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next integer, 0 to <paramref name="below"/>, itself excluded. Source: Lemire's multiplication; the bias is under 2^-32 for the sizes used here.</summary>
    public int Below(int below) => (int)(((Next() >> 32) * (ulong)below) >> 32);

    /// <summary>The next draw from the standard normal distribution (Marsaglia's polar method).</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            var kept = _spare;
            _spare = double.NaN;
            return kept;
        }
        while (true)
        {
            var (u, v) = (2 * Uniform() - 1, 2 * Uniform() - 1);
            var s = u * u + v * v;
            if (s is >= 1 or 0) continue;
            var factor = Math.Sqrt(-2 * Math.Log(s) / s);
            _spare = v * factor;
            return u * factor;
        }
    }

    /// <summary>The next draw from the exponential distribution with this mean.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1 - Uniform());

    /// <summary>The next draw from a Poisson distribution: Knuth's product for small means, the normal approximation from 60 on.</summary>
    public int Poisson(double mean)
    {
        if (mean <= 0) return 0;
        if (mean >= 60) return Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Normal()));
        var (limit, product, count) = (Math.Exp(-mean), Uniform(), 0);
        while (product > limit)
        {
            product *= Uniform();
            count++;
        }
        return count;
    }

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Mix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
