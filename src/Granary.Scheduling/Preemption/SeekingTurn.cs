using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>An agent that looks for tasks to stop. One that had its turn in this round already comes after all that had not.</summary>
internal readonly record struct SeekingTurn(AgentEntry Agent, bool Again);

/// <summary>Within a round, the order in which agents would be served.</summary>
internal sealed class SeekingOrder(OrderTree order) : IComparer<SeekingTurn>
{
    public int Compare(SeekingTurn x, SeekingTurn y)
    {
        if (x.Again != y.Again) return x.Again ? 1 : -1;
        return ReferenceEquals(x.Agent, y.Agent) ? 0 : order.IsBefore(x.Agent, y.Agent) ? -1 : 1;
    }
}
