using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// Sets capacity aside for an agent in a time window; durable when it returns. When it cannot be honoured, the reply says what is available and
    /// from when it would fit, and nothing is reserved.
    /// </summary>
    /// <param name="spec">What, for whom and when.</param>
    /// <param name="pool">Where.</param>
    /// <param name="operationId">Up to 64 characters; while the reservation of an earlier call with it has not ended, that one is the answer. Null for a new one.</param>
    /// <param name="ct">Stops waiting; it may have been made all the same.</param>
    public Task<ReserveReply> ReserveAsync(ReservationSpec spec, string pool = TaskId.DefaultPool, string? operationId = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (operationId is { Length: 0 or > 64 }) throw GranaryException.Invalid("the operation id must have 1 to 64 characters");
        var request = new ReserveRequest(operationId ?? Guid.NewGuid().ToString("N"), spec);
        var grain = Pool(pool);
        return _calls.CallAsync(() => grain.Reserve(request), ct);
    }

    /// <summary>Gives a reservation up; what runs in it goes on.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<ReservationView> UnreserveAsync(ReservationId id, CancellationToken ct = default)
    {
        var grain = Pool(id.Pool);
        return _calls.CallAsync(() => grain.Unreserve(id.Number), ct);
    }

    /// <summary>A pool's reservations that have not ended, and the last that have, in the order they were made; of all pools when none is named.</summary>
    public async Task<IReadOnlyList<ReservationView>> ReservationsAsync(string? pool = null, CancellationToken ct = default)
    {
        if (pool is not null) return await OfPool(pool);
        var all = await EachAsync(await PoolNamesAsync(ct), OfPool, ct);
        return [.. all.SelectMany(r => r)];

        Task<IReadOnlyList<ReservationView>> OfPool(string name)
        {
            var grain = Pool(name);
            return _calls.CallAsync(() => grain.Reservations(), ct);
        }
    }
}
