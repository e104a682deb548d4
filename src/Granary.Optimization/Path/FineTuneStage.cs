using Granary.Optimization.Online;

namespace Granary.Optimization.Path;

/// <summary>Moves the chosen plan a little towards what is measured now: some steps of online convex optimization from it.</summary>
/// <param name="steps">Steps; 0 leaves the plan as it is.</param>
public sealed class FineTuneStage(int steps = 2) : IPathStage
{
    public string Name => "fine-tune";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Chosen is not { } plan) return StageResult.TooLittle("no plan was chosen");
        var (agents, total) = (context.Situation.Agents, plan.Allocation.Sum());
        context.Tuned = plan.Allocation;
        if (total <= 1e-9 * context.Situation.Capacity || context.Predicted is not { } demand) return StageResult.Done;
        double[] lower = [.. agents.Select((a, i) => Math.Min(a.Guarantee, plan.Allocation[i]))];
        double[] upper = [.. agents.Select((a, i) => Math.Max(plan.Allocation[i], Math.Min(a.Limit ?? total, total)))];
        var controller = new ShareController(new ShareSet(lower, upper, total), [.. agents.Select(a => a.Weight)], plan: plan.Allocation);
        for (var step = 0; step < steps; step++) controller.Observe(demand);
        context.Tuned = controller.Shares.ToArray();
        return StageResult.Done;
    }
}
