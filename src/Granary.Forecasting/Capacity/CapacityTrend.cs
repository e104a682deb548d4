using Granary.Forecasting.Series;

namespace Granary.Forecasting.Capacity;

/// <summary>
/// When use meets capacity: a robust line through each step's peak, and futures drawn from it. Every draw puts what the line left over back on it in blocks
/// (Kunsch, "The jackknife and the bootstrap for general stationary observations", 1989), fits the line anew, so that the slope's own uncertainty counts, and
/// goes on with blocks of the same; dates are quantiles of when the draws first meet capacity. Deterministic from the seed.
/// </summary>
public static class CapacityTrend
{
    /// <summary>The fewest steps with points in them.</summary>
    public const int Fewest = 8;

    /// <summary>Looks ahead from measured use.</summary>
    /// <param name="points">In any order; several at one time are all taken; negative and not finite values are left out and counted.</param>
    /// <param name="capacity">In the unit of the values; over 0, finite.</param>
    /// <exception cref="ArgumentException">The capacity is no positive number, or there are too few steps.</exception>
    public static CapacityOutlook Of(IReadOnlyCollection<TimedValue> points, double capacity, CapacityOptions? options = null)
    {
        options = (options ?? new()).Validated();
        if (!double.IsFinite(capacity) || capacity <= 0) throw new ArgumentException($"the capacity is {capacity}: a number over 0 is needed", nameof(capacity));
        var step = options.Step.Ticks / TimeSpan.TicksPerMicrosecond;
        if (step < 1) throw new ArgumentException($"Step is {options.Step}: a microsecond or more");
        // values beyond any capacity are no further beyond it: sums stay finite
        var taken = points.Where(p => double.IsFinite(p.Value) && p.Value >= 0).ToLookup(p => Math.DivRem(p.AtMicros, step) is var (q, r) && r < 0 ? q - 1 : q, p => Math.Min(p.Value / capacity, 1e6));
        var used = taken.OrderBy(s => s.Key).Select(s => (Step: s.Key, Use: Quantile([.. s.Order()], options.Peak))).ToList();
        if (used.Count < Fewest) throw new ArgumentException($"there are points in {used.Count} steps of {options.Step}; a trend needs {Fewest}", nameof(points));
        var (first, last) = (used[0].Step, used[^1].Step);
        var (x, y) = (used.Select(u => (double)(u.Step - first)).ToArray(), used.Select(u => u.Use).ToArray());
        var horizon = (int)Math.Min(options.Horizon, 2 * (last - first + 1));
        var draws = new Draws(x, y, horizon, options);
        DateTimeOffset At(int ahead) => DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(checked((last + ahead) * step), -60_000_000_000_000_000, 250_000_000_000_000_000) * TimeSpan.TicksPerMicrosecond);
        DateTimeOffset? By(double probability) => draws.MetBy(probability) is { } ahead ? At(ahead) : null;
        return new(
            draws.Slope * capacity, draws.SlopeAt(0.05) * capacity, draws.SlopeAt(0.95) * capacity, By(0.1), By(0.5), By(0.9), draws.Met, At(horizon),
            [.. Enumerable.Range(1, horizon).Select(n => new CapacityPoint(At(n), draws.UseAt(n, 0.05) * capacity, draws.UseAt(n, 0.5) * capacity, draws.UseAt(n, 0.95) * capacity))],
            used.Count, points.Count - taken.Sum(s => s.Count()));
    }

    private static double Quantile(double[] sorted, double part) => sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];

    /// <summary>Futures, in parts of the capacity.</summary>
    private sealed class Draws
    {
        private readonly double[] _slopes;
        private readonly double[][] _use;
        private readonly int[] _met;

        public Draws(double[] x, double[] y, int horizon, CapacityOptions options)
        {
            var (slope, level) = TheilSen.Fit(x, y);
            Slope = slope;
            var left = x.Select((at, i) => y[i] - level - (slope * at)).ToArray();
            var random = new Random(options.Seed);
            var block = Math.Clamp((int)Math.Ceiling(Math.Pow(left.Length, 1 / 3.0)) + 1, 2, left.Length);
            (_slopes, _met) = (new double[options.Draws], new int[options.Draws]);
            _use = [.. Enumerable.Range(0, horizon).Select(_ => new double[options.Draws])];
            var (again, ahead) = (new double[x.Length], new double[horizon]);
            for (var draw = 0; draw < options.Draws; draw++)
            {
                Blocks(left, block, random, again);
                for (var i = 0; i < again.Length; i++) again[i] += level + (slope * x[i]);
                var (drawnSlope, drawnLevel) = TheilSen.Fit(x, again);
                Blocks(left, block, random, ahead);
                _slopes[draw] = drawnSlope;
                _met[draw] = int.MaxValue;
                for (var n = 0; n < horizon; n++)
                {
                    _use[n][draw] = Math.Max(0, drawnLevel + (drawnSlope * (x[^1] + n + 1)) + ahead[n]);
                    if (_use[n][draw] >= 1 && _met[draw] == int.MaxValue) _met[draw] = n + 1;
                }
            }
            Array.Sort(_slopes);
            Array.Sort(_met);
            foreach (var use in _use) Array.Sort(use);
        }

        public double Slope { get; }

        public double Met => _met.Count(m => m < int.MaxValue) / (double)_met.Length;

        public double SlopeAt(double part) => Quantile(_slopes, part);

        public double UseAt(int ahead, double part) => Quantile(_use[ahead - 1], part);

        public int? MetBy(double probability) => _met[(int)Math.Ceiling(probability * _met.Length) - 1] is var ahead and < int.MaxValue ? ahead : null;

        private static void Blocks(double[] from, int block, Random random, double[] into)
        {
            for (var at = 0; at < into.Length; at += block)
            {
                var start = random.Next(from.Length - block + 1);
                for (var i = 0; i < block && at + i < into.Length; i++) into[at + i] = from[start + i];
            }
        }
    }
}
