using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Smoothing;

/// <summary>One form fitted by maximum likelihood.</summary>
/// <param name="Form">Which.</param>
/// <param name="Weights">Alpha, beta over alpha, gamma over (1 - alpha), phi, first level, first trend; the last two as shifts, in widths of the start.</param>
/// <param name="Aicc">Akaike's criterion, corrected for short series; infinite where there are too few points for the form.</param>
internal sealed record EtsFit(EtsForm Form, double[] Weights, double Aicc)
{
    private const int Evaluations = 300;
    private static readonly double[] Lower = [1e-4, 1e-4, 1e-4, 0.8, -3, -3];
    private static readonly double[] Upper = [0.9999, 0.9999, 0.9999, 0.98, 3, 3];
    private static readonly double[] First = [0.3, 0.1, 0.1, 0.95, 0, 0];

    public static EtsFit Of(EtsForm form, double[] history, int season)
    {
        var (n, parameters) = (history.Length, form.Parameters(season));
        if (n - parameters - 1 <= 0) return new(form, [.. First], double.PositiveInfinity);
        var start = EtsStart.Of(history, form.Season, season);
        var width = Width(history);
        var state = new EtsState(form, season);
        int[] free = Free(form);
        var (at, lower, upper) = (free.Select(i => First[i]).ToArray(), free.Select(i => Lower[i]).ToArray(), free.Select(i => Upper[i]).ToArray());
        var all = (double[])First.Clone();
        var least = NelderMead.Minimize(
            point =>
            {
                for (var i = 0; i < free.Length; i++) all[free[i]] = point[i];
                Begin(state, form, all, start, width);
                return Criterion(state, form, history);
            },
            at, lower, upper, Evaluations);
        for (var i = 0; i < free.Length; i++) all[free[i]] = at[i];
        var aic = least + (2 * parameters);
        return new(form, all, least == double.MaxValue ? double.PositiveInfinity : aic + (2.0 * parameters * (parameters + 1) / (n - parameters - 1)));
    }

    /// <summary>The state at the end of the history.</summary>
    public EtsState Run(double[] history, int season)
    {
        var state = new EtsState(Form, season);
        Begin(state, Form, Weights, EtsStart.Of(history, Form.Season, season), Width(history));
        foreach (var value in history) state.Observe(value);
        return state;
    }

    private static void Begin(EtsState state, EtsForm form, double[] weights, (double Level, double Trend, double[] Seasonal) start, double width)
    {
        state.Alpha = weights[0];
        state.Beta = form.Trend == EtsTrend.None ? 0 : weights[0] * weights[1];
        state.Gamma = form.Season == EtsSeason.None ? 0 : (1 - weights[0]) * weights[2];
        state.Phi = form.Trend == EtsTrend.Damped ? weights[3] : 1;
        state.Begin(start.Level + (weights[4] * width), start.Trend + (0.1 * weights[5] * width), start.Seasonal);
    }

    private static int[] Free(EtsForm form)
    {
        List<int> free = [0];
        if (form.Trend != EtsTrend.None) free.Add(1);
        if (form.Season != EtsSeason.None) free.Add(2);
        if (form.Trend == EtsTrend.Damped) free.Add(3);
        free.Add(4);
        if (form.Trend != EtsTrend.None) free.Add(5);
        return [.. free];
    }

    // minus twice the log-likelihood, without its constant
    private static double Criterion(EtsState state, EtsForm form, double[] history)
    {
        var (squares, logs, product) = (0.0, 0.0, 1.0);
        foreach (var value in history)
        {
            var expected = state.Observe(value);
            var error = value - expected;
            if (form.Error == EtsError.Multiplicative)
            {
                if (!(expected > 1e-6)) return double.PositiveInfinity;
                error /= expected;
                product *= expected;
                if (product is < 1e-100 or > 1e100) (logs, product) = (logs + Math.Log(product), 1);
            }
            squares += error * error;
        }
        return (history.Length * Math.Log(Math.Max(squares, 1e-20))) + (2 * (logs + Math.Log(product)));
    }

    private static double Width(double[] history)
    {
        var sum = 0.0;
        for (var i = 1; i < history.Length; i++) sum += Math.Abs(history[i] - history[i - 1]);
        return Math.Max(sum / Math.Max(1, history.Length - 1), 1e-9);
    }
}
