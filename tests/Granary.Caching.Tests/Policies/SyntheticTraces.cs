using Granary.Caching.Simulation;

namespace Granary.Caching.Tests.Policies;

/// <summary>Traces of known kinds, by seed: what a policy is good at is known, and nothing in the policies was chosen on them.</summary>
internal static class SyntheticTraces
{
    private const int Length = 200_000;

    /// <summary>Name, a cache's size in keys, and requests.</summary>
    public static IEnumerable<(string Name, long Capacity, IReadOnlyList<CacheRequest> Requests)> All(int seed)
    {
        yield return ("zipf-0.8", 2000, Of(Zipf(seed, Length, 20_000, 0.8, driftEvery: 0)));
        yield return ("zipf-1.1", 500, Of(Zipf(seed, Length, 20_000, 1.1, driftEvery: 0)));
        yield return ("drift", 1000, Of(Zipf(seed, Length, 20_000, 0.9, driftEvery: 20)));
        yield return ("fast-drift", 1000, Of(Zipf(seed, Length, 20_000, 0.9, driftEvery: 2)));
        yield return ("uniform", 1000, Of(Uniform(seed, Length, 3000)));
        yield return ("loop", 1000, Of(Loop(Length, 1300)));
        yield return ("scans", 1000, Of(Scans(seed, Length)));
        yield return ("recency-1500", 1000, Of(Recency(seed, Length, 0, 1500)));
        yield return ("recency-600", 1000, Of(Recency(seed, Length, 0, 600)));
        yield return ("phases-60000", 1000, Of(Phases(seed, 60_000)));
        yield return ("phases-20000", 1000, Of(Phases(seed, 20_000)));
        yield return ("phases-6000", 1000, Of(Phases(seed, 6000)));
    }

    private static CacheRequest[] Of(IEnumerable<ulong> keys) => [.. keys.Select(k => new CacheRequest(k, 1))];

    private static IEnumerable<ulong> Uniform(int seed, int length, int keys)
    {
        var random = new Random(seed);
        for (var i = 0; i < length; i++) yield return (ulong)random.Next(keys);
    }

    private static IEnumerable<ulong> Loop(int length, int keys) => Enumerable.Range(0, length).Select(i => (ulong)(i % keys));

    /// <summary>By popularity; every so many requests two keys change places, every fourth time one of them with a popular one.</summary>
    private static IEnumerable<ulong> Zipf(int seed, int length, int keys, double exponent, int driftEvery)
    {
        var random = new Random(seed);
        var sums = new double[keys];
        var sum = 0.0;
        for (var i = 0; i < keys; i++) sums[i] = sum += Math.Pow(i + 1, -exponent);
        var names = Enumerable.Range(0, keys).ToArray();
        random.Shuffle(names);
        for (var i = 0; i < length; i++)
        {
            if (driftEvery > 0 && i % driftEvery == 0)
            {
                var (x, y) = (random.Next(keys), random.Next(random.Next(4) == 0 ? 200 : keys));
                (names[x], names[y]) = (names[y], names[x]);
            }
            var at = Array.BinarySearch(sums, random.NextDouble() * sum);
            yield return (ulong)names[Math.Min(at < 0 ? ~at : at, keys - 1)];
        }
    }

    /// <summary>Popular keys, and at times every second request one of 3000 that nobody asks for again.</summary>
    private static IEnumerable<ulong> Scans(int seed, int length)
    {
        var random = new Random(seed);
        using var popular = Zipf(seed, length, 5000, 0.9, driftEvery: 0).GetEnumerator();
        var (once, left) = (1_000_000UL, 0);
        for (var i = 0; i < length; i++)
        {
            if (left == 0 && random.Next(4000) == 0) left = 3000;
            if (left > 0 && random.Next(2) == 0)
            {
                left--;
                yield return once++;
                continue;
            }
            popular.MoveNext();
            yield return popular.Current;
        }
    }

    /// <summary>A fifth of the requests are for new keys, the others for what was asked for about so many requests ago.</summary>
    private static IEnumerable<ulong> Recency(int seed, int length, ulong first, int mean)
    {
        var random = new Random(seed);
        var asked = new List<ulong>();
        var next = first + 5_000_000;
        for (var i = 0; i < length; i++)
        {
            var back = (int)(-Math.Log(1 - random.NextDouble()) * mean);
            asked.Add(asked.Count == 0 || random.Next(5) == 0 ? next++ : asked[Math.Max(0, asked.Count - 1 - back)]);
            yield return asked[^1];
        }
    }

    /// <summary>A loop, then recency, then popularity, and so on.</summary>
    private static IEnumerable<ulong> Phases(int seed, int each) => Enumerable.Range(0, 360_000 / each).SelectMany(phase => (phase % 3) switch
    {
        0 => Loop(each, 1400),
        1 => Recency(seed + phase, each, (ulong)phase * 10_000_000, 700),
        _ => Zipf(seed, each, 8000, 0.9, driftEvery: 0).Select(k => k + 100_000),
    });
}
