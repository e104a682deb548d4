using Granary.Model;

namespace Granary.Execution;

/// <summary>Names a lease: tokens only grow within a pool, so task and token are enough.</summary>
public readonly record struct LeaseKey(TaskId Task, long Token)
{
    public static LeaseKey Of(Lease lease) => new(lease.Task, lease.Token);

    public override string ToString() => $"{Task}#{Token}";
}
