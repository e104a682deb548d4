using Granary.Optimization.Plans;

namespace Granary.Optimization.Path;

/// <summary>The load as it may turn out: at the lower ends of the forecasts, as expected, at the upper ends. The expected case counts as much as both others.</summary>
internal sealed class LoadCases
{
    private static readonly (string Name, double Weight, Func<ForecastBand, double[]> Line)[] All =
        [("low", 0.25, f => f.Lower), ("expected", 0.5, f => f.Mean), ("high", 0.25, f => f.Upper)];

    private readonly PathContext _context;
    private readonly AllocationProblem[] _problems;
    private readonly double[] _classical;

    public LoadCases(PathContext context)
    {
        _context = context;
        _problems = [.. All.Select(c => Under(context.Situation, context.Forecasts!, c.Line))];
        _classical = [.. _problems.Select(p => Score(p.Judge(context.Classical)))];
    }

    /// <summary>The problem of a situation with the load that one line of the forecasts says.</summary>
    public static AllocationProblem Under(PathSituation situation, IReadOnlyList<ForecastBand> forecasts, Func<ForecastBand, double[]> line) => new(
        [.. situation.Agents.Select((agent, i) => agent with { Rate = Math.Min(1e9, Math.Max(0, line(forecasts[i]).Average()) / agent.Work) })], situation.Capacity);

    /// <summary>By how much an allocation scores over the classical one, the smaller the better: on average, and in the worst case with its name.</summary>
    public (double Average, double Worst, string Name) Beside(double[] allocation)
    {
        var (average, worst, name) = (0.0, double.NegativeInfinity, "");
        for (var c = 0; c < All.Length; c++)
        {
            var over = Score(_problems[c].Judge(allocation)) - _classical[c];
            average += All[c].Weight * over;
            if (over > worst) (worst, name) = (over, All[c].Name);
        }
        return (average, worst, name);
    }

    private double Score(PlanObjectives objectives) => _context.Front!.Score(objectives, _context.Situation.Preferences);
}
