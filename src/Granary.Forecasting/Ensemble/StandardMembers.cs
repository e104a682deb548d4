using Granary.Forecasting.Models;
using Granary.Forecasting.Models.Intermittent;
using Granary.Forecasting.Models.Regression;
using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Models.Theta;
using Granary.Forecasting.Neural;
using Granary.Forecasting.Trees;

namespace Granary.Forecasting.Ensemble;

/// <summary>The members that an ensemble begins with.</summary>
public static class StandardMembers
{
    private const int WidestWindow = 336;

    /// <param name="history">Only its kind is looked at: whether it is positive throughout, and how much of it is zero.</param>
    /// <param name="seasons">Points in each season; none, one or several.</param>
    /// <param name="horizon">How far ahead the ensemble is asked.</param>
    /// <param name="trained">With the boosted trees and the recurrent network, whose fits cost about as much as all others together.</param>
    public static IReadOnlyList<IForecastModel> For(ReadOnlySpan<double> history, IReadOnlyList<int> seasons, int horizon, bool trained = false)
    {
        int[] used = [.. seasons.Where(s => s > 1).Distinct().Order()];
        var shortest = used.Length > 0 ? used[0] : 1;
        List<IForecastModel> members = [new Naive(), new DynamicTheta(shortest), new Ets(shortest)];
        foreach (var season in used) members.Add(new SeasonalNaive(season));
        members.Add(new Autoregression(used));
        var positive = Positive(history);
        if (positive) members.Add(new Autoregression(used, logarithm: true));
        if (used.Length > 0)
        {
            members.Add(new SeasonalDecompositionModel(used, positive));
            members.Add(new MultipleSeasonalSmoothing(used));
            if (positive) members.Add(new MultipleSeasonalSmoothing(used, logarithm: true));
        }
        var window = used.Length > 0 ? Math.Min(2 * shortest, WidestWindow) : 24;
        members.Add(new NLinear(window, horizon));
        members.Add(new DLinear(window, horizon));
        if (used.Length > 1) members.Add(new NLinear(Math.Min(used[^1] + shortest, WidestWindow), horizon));
        var zeros = 0;
        foreach (var value in history) if (value == 0) zeros++;
        if (zeros > history.Length * 3 / 10)
        {
            members.Add(new Croston());
            members.Add(new TeunterSyntetosBabai());
        }
        if (HasSpikes(history)) foreach (var span in (int[])[24, 144]) members.Add(new MovingMedian(span));
        if (!trained) return members;
        members.Add(new GbtForecaster(used));
        members.Add(new LstmForecaster(new LstmOptions { Horizon = horizon, Seasons = used }));
        return members;
    }

    // a standard deviation several times of what the middle half of the points would give it
    private static bool HasSpikes(ReadOnlySpan<double> history)
    {
        var sorted = history.ToArray();
        Array.Sort(sorted);
        var (mean, squares) = (0.0, 0.0);
        foreach (var value in sorted) mean += value / sorted.Length;
        foreach (var value in sorted) squares += (value - mean) / sorted.Length * (value - mean);
        return Math.Sqrt(squares) > 3 * (sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4]) / 1.349;
    }

    // far enough above zero for models on a logarithm
    private static bool Positive(ReadOnlySpan<double> history)
    {
        var (least, sum) = (double.PositiveInfinity, 0.0);
        foreach (var value in history) (least, sum) = (Math.Min(least, value), sum + value);
        return least > 1e-3 * sum / history.Length && least > 0;
    }
}
