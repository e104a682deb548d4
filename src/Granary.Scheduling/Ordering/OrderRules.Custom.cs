using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>A plug-in's ordering in the place of the strategy's; where it fails, the strategy's own stands in.</summary>
internal sealed partial class OrderRules
{
    /// <summary>The ordering that is in force; null for the strategy's own.</summary>
    public IQueueOrder? Custom => _custom;

    /// <summary>How often it failed.</summary>
    public long Faults { get; private set; }

    /// <summary>What it said last; empty for nothing.</summary>
    public string Fault { get; private set; } = "";

    private long? CustomKey(TaskEntry task)
    {
        try
        {
            return _custom!.KeyOf(Waiting(task));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Failed(e);
            return null;
        }
    }

    private OrderKey? CustomRank(AgentEntry agent, TaskEntry head, in ShareBasis pool, long now)
    {
        try
        {
            var rank = _custom!.RankOf(new WaitingAgent(agent.Spec, Waiting(head), WeightedShare(agent, pool, now), agent.Ready, Clock.ToTime(agent.WaitingSince), Clock.ToTime(now)));
            if (double.IsNaN(rank.Value)) throw new ArithmeticException($"ordering '{_custom.Name}' gave no number");
            return new OrderKey(rank.Level, 0, rank.Value, rank.Tie, 0);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Failed(e);
            return null;
        }
    }

    private void Failed(Exception e)
    {
        Faults++;
        Fault = $"{e.GetType().Name}: {e.Message}";
    }

    private static WaitingTask Waiting(TaskEntry task) => new(task.Item.Spec, task.Number, Clock.ToTime(task.Item.Submitted),
        task.Item.Deadline == 0 ? null : Clock.ToTime(task.Item.Deadline), Clock.ToSpan(task.Item.Estimate));
}
