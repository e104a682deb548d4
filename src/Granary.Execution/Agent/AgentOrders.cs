using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution;

/// <summary>What the lease table wants done by the executors; emptied and used again.</summary>
public sealed class AgentOrders
{
    public List<Assignment> Start { get; } = [];
    public List<StopLease> Stop { get; } = [];

    /// <summary>Ended and durable elsewhere, or of no interest to anybody.</summary>
    public List<Lease> Forget { get; } = [];

    public void Clear()
    {
        Start.Clear();
        Stop.Clear();
        Forget.Clear();
    }
}
