using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Stops a running task with grace and starts it again on another node, from its checkpoint. Returns once it was told to stop.</summary>
    /// <param name="id">The task.</param>
    /// <param name="to">The node; empty for the one where it fits tightest.</param>
    /// <param name="reason">For its history; empty for none.</param>
    /// <param name="ct">Ends the waiting for the answer, not the migration.</param>
    /// <exception cref="GranaryException">NotFound; Refused, with what stands in the way.</exception>
    public Task<MigrateReply> MigrateAsync(TaskId id, string to = "", string reason = "", CancellationToken ct = default)
    {
        var grain = Pool(id.Pool);
        return _calls.CallAsync(() => grain.Migrate(new MigrateRequest(id.Number, to, reason)), ct);
    }

    /// <summary>Plans moves of a pool's running tasks; with <paramref name="apply"/> they begin, a few at a time.</summary>
    public Task<RebalancePlan> RebalanceAsync(string pool = TaskId.DefaultPool, RebalanceKind kind = RebalanceKind.LoadBased, bool apply = false, CancellationToken ct = default)
    {
        var grain = Pool(pool);
        return _calls.CallAsync(() => grain.Rebalance(new RebalanceRequest(kind, apply)), ct);
    }
}
