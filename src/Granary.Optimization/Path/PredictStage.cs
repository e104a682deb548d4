namespace Granary.Optimization.Path;

/// <summary>What each agent could use now: an exponentially weighted mean of its last points, gaps left out.</summary>
/// <param name="least">Points that every agent must have.</param>
public sealed class PredictStage(int least = 12) : IPathStage
{
    private const int Recent = 60;
    private const double Newest = 0.3;

    public string Name => "predict";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        var situation = context.Situation;
        var predicted = new double[situation.Agents.Count];
        for (var i = 0; i < predicted.Length; i++)
        {
            var history = i < situation.History.Count ? situation.History[i] : [];
            var (level, points) = (0.0, 0);
            foreach (var value in history.AsSpan(Math.Max(0, history.Length - Recent)))
            {
                if (!double.IsFinite(value)) continue;
                level = points++ == 0 ? Math.Max(0, value) : level + Newest * (Math.Max(0, value) - level);
            }
            if (points < least) return StageResult.TooLittle($"{situation.Agents[i].Id} has {points} of {least} points of history");
            predicted[i] = Math.Min(level, 1e3 * situation.Capacity);
        }
        context.Predicted = predicted;
        return StageResult.Done;
    }
}
