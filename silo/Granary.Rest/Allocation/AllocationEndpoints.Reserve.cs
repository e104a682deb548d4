using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Allocation;

/// <summary>Capacity set aside in a time window.</summary>
internal static partial class AllocationEndpoints
{
    private static async Task<AllocationJson> ReserveIn(IPoolGrain pool, AllocationRequest request, string operation, DateTimeOffset now)
    {
        var reply = await pool.Reserve(new ReserveRequest(operation, request.Spec(now)));
        return reply.Reservation is { } made
            ? new(true, made.Id, made.Spec.Resources, made.Start, made.End, made.Pieces, [], null, null, reply.Notes)
            : new(false, null, ResourceSet.Zero, null, null, [], [reply.Error], reply.Available, reply.EarliestStart, reply.Notes);
    }
}
