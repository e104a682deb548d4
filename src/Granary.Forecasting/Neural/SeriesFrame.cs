namespace Granary.Forecasting.Neural;

/// <summary>
/// How a series becomes numbers for the network and back. The network corrects a simple forecast, the base: the last value, that of one season ago, or the mean
/// of the last few of the shortest season, whichever had the smaller error on the window. It sees the standardized value, its change since the last step, how it
/// differs from each simple forecast of it, the phase of each season, and how the other simple forecasts differ from the base. It answers at knots, steps
/// ahead that grow geometrically; between them corrections are interpolated. Everything that goes in is clipped, so one spike cannot saturate the cells;
/// nothing that comes out is NaN or infinite.
/// </summary>
public sealed class SeriesFrame
{
    private const double InputLimit = 8, AnchorLimit = 50, AnswerLimit = 20;
    private const int MostRepeats = 4;

    internal SeriesFrame(int[] seasons, int repeats, int horizon, int basis, double mean, double deviation, double unit)
    {
        (Seasons, Repeats, Horizon, Basis, Mean, Deviation, Unit) = (seasons, repeats, horizon, basis, mean, deviation, unit);
        Knots = KnotsUpTo(horizon);
        Longest = Reach(seasons, repeats);
    }

    public IReadOnlyList<int> SeasonLengths => Seasons;

    public int Horizon { get; }

    /// <summary>Which simple forecast is corrected: 0 the last value, 1 and up that of a season, last the mean of the shortest season's last few.</summary>
    public int Basis { get; }

    public double Mean { get; }

    public double Deviation { get; }

    /// <summary>The base's mean absolute error on the window: what a correction is measured in.</summary>
    public double Unit { get; }

    internal int[] Seasons { get; }

    internal int[] Knots { get; }

    /// <summary>How many simple forecasts there are.</summary>
    internal int Candidates => Seasons.Length == 0 ? 1 : Seasons.Length + 2;

    /// <summary>How many of the shortest season the mean is of.</summary>
    internal int Repeats { get; }

    /// <summary>The furthest that any of them looks back; one value more has to be known at every step.</summary>
    internal int Longest { get; }

    internal int Inputs => 2 + (2 * Seasons.Length) + (Candidates - 1);

    internal LstmShape Shape(LstmOptions options) => new(Inputs, options.Hidden, options.Layers, Knots.Length, Candidates - 1);

    /// <summary>Measures a window; seasons of which it holds three or fewer are left out.</summary>
    internal static SeriesFrame Of(ReadOnlySpan<double> window, LstmOptions options)
    {
        var length = window.Length;
        int[] seasons = [.. options.Seasons.Where(s => 3 * s < length).Distinct().Order()];
        var repeats = seasons.Length == 0 ? 1 : Math.Clamp(length / (3 * seasons[0]), 1, MostRepeats);
        var horizon = Math.Max(1, Math.Min(options.Horizon, length / 3));
        var (mean, deviation, largest) = Moments(window);
        var (basis, unit) = (0, double.PositiveInfinity);
        var candidates = new SeriesFrame(seasons, repeats, horizon, 0, 0, 1, 1).Candidates;
        for (var candidate = 0; candidate < candidates; candidate++)
        {
            var frame = new SeriesFrame(seasons, repeats, horizon, candidate, mean, deviation, 1);
            var error = frame.BaseError(window, largest);
            // a season has to earn its place: on a tie the simpler forecast serves
            if (error < unit) (basis, unit) = (candidate, error);
        }
        return new(seasons, repeats, horizon, basis, mean, deviation, Math.Max(unit, Math.Max(largest * 1e-12, 1e-300)));
    }

    /// <summary>What the network is shown at a step.</summary>
    /// <param name="tail">The series up to and with the step; more than <see cref="Longest"/> values.</param>
    /// <param name="index">The step's number since the series began: its phase.</param>
    internal void Write(ReadOnlySpan<double> tail, long index, Span<float> inputs, Span<float> anchors)
    {
        var value = tail[^1];
        inputs[0] = Clip((value / Deviation) - (Mean / Deviation), InputLimit);
        inputs[1] = Clip((value - tail[^2]) / Unit, InputLimit);
        var at = 2;
        foreach (var season in Seasons)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * (index % season) / season);
            inputs[at++] = (float)sin;
            inputs[at++] = (float)cos;
        }
        for (var candidate = 1; candidate < Candidates; candidate++) inputs[at++] = Clip((value - Simple(tail[..^1], candidate, 1)) / Unit, InputLimit);
        at = 0;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            if (candidate == Basis) continue;
            foreach (var knot in Knots) anchors[at++] = Clip((Simple(tail, candidate, knot) - Simple(tail, Basis, knot)) / Unit, AnchorLimit);
        }
    }

    /// <summary>What the network should have answered at a knot, once the value is known.</summary>
    internal float Target(ReadOnlySpan<double> tail, int knot, double value) => Clip((value - Simple(tail, Basis, knot)) / Unit, AnswerLimit);

    /// <summary>The forecasts, from the answers at the knots.</summary>
    internal void Read(ReadOnlySpan<double> tail, ReadOnlySpan<float> answers, Span<double> horizon)
    {
        var knot = 0;
        for (var h = 1; h <= horizon.Length; h++)
        {
            while (knot < Knots.Length && Knots[knot] < h) knot++;
            double correction;
            if (knot == Knots.Length) correction = answers[^1];
            else if (Knots[knot] == h) correction = answers[knot];
            else
            {
                var part = (h - Knots[knot - 1]) / (double)(Knots[knot] - Knots[knot - 1]);
                correction = answers[knot - 1] + (part * (answers[knot] - answers[knot - 1]));
            }
            horizon[h - 1] = Math.Clamp(Simple(tail, Basis, h) + (Unit * Clip(correction, AnswerLimit)), double.MinValue, double.MaxValue);
        }
    }

    /// <summary>The steps ahead at which it answers: each at least a third further than the one before, the horizon last.</summary>
    internal static int[] KnotsUpTo(int horizon)
    {
        var knots = new List<int>();
        for (var k = 1; k < horizon; k = Math.Max(k + 1, (int)(k * 1.34))) knots.Add(k);
        knots.Add(horizon);
        return [.. knots];
    }

    /// <summary>How far back the simple forecasts look.</summary>
    internal static int Reach(IReadOnlyList<int> seasons, int repeats = MostRepeats) => seasons.Count == 0 ? 1 : Math.Max(seasons.Max(), repeats * seasons.Min());

    private double Simple(ReadOnlySpan<double> tail, int candidate, int ahead)
    {
        if (candidate == 0) return tail[^1];
        var season = Seasons[Math.Min(candidate, Seasons.Length) - 1];
        if (candidate <= Seasons.Length) return tail[^(season - ((ahead - 1) % season))];
        season = Seasons[0];
        var mean = 0.0;
        for (var n = 1; n <= Repeats; n++) mean += tail[^((n * season) - ((ahead - 1) % season))] / Repeats;
        return mean;
    }

    private double BaseError(ReadOnlySpan<double> window, double largest)
    {
        var (sum, count) = (0.0, 0L);
        var stride = Math.Max(1, window.Length / 5000);
        for (var t = Longest; t < window.Length - 1; t += stride)
        {
            foreach (var knot in Knots)
            {
                if (t + knot >= window.Length) break;
                sum += Math.Abs((window[t + knot] / largest) - (Simple(window[..(t + 1)], Basis, knot) / largest));
                count++;
            }
        }
        return count == 0 ? double.MaxValue : Math.Min(sum / count * largest, double.MaxValue);
    }

    private static (double Mean, double Deviation, double Largest) Moments(ReadOnlySpan<double> window)
    {
        // relative to the largest, so that no sum overflows
        var largest = 1e-300;
        foreach (var v in window) largest = Math.Max(largest, Math.Abs(v));
        double mean = 0, square = 0;
        foreach (var v in window) mean += v / largest / window.Length;
        foreach (var v in window) square += ((v / largest) - mean) * ((v / largest) - mean) / window.Length;
        return (mean * largest, Math.Max(Math.Sqrt(square), 1e-9) * largest, largest);
    }

    // NaN comes of infinity less infinity, where two differences overflowed
    private static float Clip(double value, double limit) => double.IsNaN(value) ? 0 : (float)Math.Clamp(value, -limit, limit);
}
