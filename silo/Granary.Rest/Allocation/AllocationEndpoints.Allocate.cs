using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Allocation;

/// <summary>Capacity set aside from now on.</summary>
internal static partial class AllocationEndpoints
{
    /// <summary>As a reservation whose one window begins now: the agent's tasks use it before anybody else's, until it ends or is given up.</summary>
    private static Task<AllocationJson> AllocateIn(IPoolGrain pool, AllocationRequest request, string operation, DateTimeOffset now)
    {
        foreach (var (name, given) in new[] { ("from", request.From), ("every", request.Every), ("until", request.Until), ("count", request.Count?.ToString()) })
            if (given is not null) throw GranaryException.Invalid($"{name}: an allocation begins now, once; leave it out, or ask with allocation_type {Reserve}");
        return ReserveIn(pool, request with { From = "now" }, operation, now);
    }
}
