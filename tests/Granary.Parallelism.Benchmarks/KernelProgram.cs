using System.Runtime.Intrinsics;
using Granary.Model;
using Granary.Telemetry;

namespace Granary.Parallelism.Benchmarks;

/// <summary>Vector kernels beside the loops they stand for, on the same data. "x" is how many times as fast as the loop.</summary>
internal static class KernelProgram
{
    private const int Rounds = 11, Times = 200;
    private static long _sink;

    public static void Run()
    {
        Console.WriteLine($"{Measure.Machine()}; vectors of 512 bits: {(Vector512.IsHardwareAccelerated ? "yes" : "no")}; median of {Rounds} rounds");
        Totals();
        Histograms();
        GC.KeepAlive(_sink);
    }

    private static void Totals()
    {
        var random = new Random(7);
        var totals = Enumerable.Range(0, 1000).Select(_ => new ResourceTotals([.. Enumerable.Range(0, ResourceVector.Lanes).Select(_ => random.NextInt64(1L << 40))])).ToArray();
        var whole = new ResourceTotals([.. Enumerable.Range(0, ResourceVector.Lanes).Select(i => i < 9 ? 1L << 45 : 0)]);
        var fractions = new double[ResourceVector.Lanes];
        Compare("a bound cut to 32 bits, 16 lanes", totals.Length, () =>
        {
            Span<int> lanes = stackalloc int[ResourceVector.Lanes];
            foreach (ref readonly var t in totals.AsSpan())
            {
                for (var lane = 0; lane < lanes.Length; lane++) lanes[lane] = (int)Math.Clamp(t[lane], int.MinValue, int.MaxValue);
                _sink += new ResourceVector(lanes)[3];
            }
        }, () =>
        {
            foreach (ref readonly var t in totals.AsSpan()) _sink += t.Clamped()[3];
        });
        Compare("fractions of a whole, 16 lanes", totals.Length, () =>
        {
            foreach (ref readonly var t in totals.AsSpan())
            {
                for (var lane = 0; lane < fractions.Length; lane++) fractions[lane] = whole[lane] > 0 ? t[lane] / (double)whole[lane] : 0;
                _sink += (long)fractions[2];
            }
        }, () =>
        {
            foreach (ref readonly var t in totals.AsSpan())
            {
                t.FractionsOf(whole, fractions);
                _sink += (long)fractions[2];
            }
        });
        var basis = new ShareBasis(whole);
        var reciprocals = Enumerable.Range(0, ResourceVector.Lanes).Select(i => i < 9 ? 1.0 / whole[i] : 0).ToArray();
        Compare("dominant share, 16 lanes", totals.Length, () =>
        {
            foreach (ref readonly var t in totals.AsSpan())
            {
                var most = 0.0;
                for (var lane = 0; lane < reciprocals.Length; lane++) most = Math.Max(most, t[lane] * reciprocals[lane]);
                _sink += (long)most;
            }
        }, () =>
        {
            foreach (ref readonly var t in totals.AsSpan()) _sink += (long)t.DominantShare(basis);
        });
    }

    private static void Histograms()
    {
        var random = new Random(7);
        var counts = new long[3328]; // microseconds up to an hour, at a precision of 7
        for (var i = 0; i < 100_000; i++) counts[(int)(counts.Length * Math.Pow(random.NextDouble(), 0.5))]++;
        var other = (long[])counts.Clone();
        var sum = new long[counts.Length];
        Compare("a rank in 3,328 counts", 1, () =>
        {
            long seen = 0;
            var at = 0;
            for (; at < counts.Length; at++)
                if ((seen += counts[at]) >= 95_000) break;
            _sink += at;
        }, () => _sink += RankSearch.Find(counts, 95_000));
        Compare("3,328 counts added to others", 1, () =>
        {
            for (var i = 0; i < sum.Length; i++) sum[i] = counts[i] + other[i];
        }, () => System.Numerics.Tensors.TensorPrimitives.Add<long>(counts, other, sum));
    }

    private static void Compare(string what, int each, Action loop, Action vector)
    {
        void Repeat(Action action)
        {
            for (var i = 0; i < Times; i++) action();
        }
        var seconds = Measure.Seconds(Rounds, () => Repeat(loop), () => Repeat(vector));
        Console.WriteLine(what);
        Measure.Row("loop", "ns", seconds[0] * 1e9 / Times / each, seconds[0] * 1e9 / Times / each);
        Measure.Row("vectors", "ns", seconds[1] * 1e9 / Times / each, seconds[0] * 1e9 / Times / each);
    }
}
