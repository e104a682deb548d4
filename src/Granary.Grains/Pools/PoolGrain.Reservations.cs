using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Pools;

/// <summary>Capacity set aside for agents in time windows.</summary>
public sealed partial class PoolGrain
{
    public async Task<ReserveReply> Reserve(ReserveRequest request)
    {
        var batch = Open();
        CheckExists();
        if (_front is not null)
            return new ReserveReply { Error = $"pool {_pool} has {_front.Count} shards, and a reservation is kept by one scheduler; reserve in a pool without shards" };
        var reply = _scheduler.Reserve(request, Now, batch.Events, batch);
        await CommitAsync(batch);
        return reply;
    }

    public async Task<ReservationView> Unreserve(long number)
    {
        var batch = Open();
        CheckExists();
        var ended = _scheduler.Unreserve(number, Now, batch.Events, batch);
        await CommitAsync(batch);
        return ended;
    }

    public Task<IReadOnlyList<ReservationView>> Reservations()
    {
        CheckExists();
        return Task.FromResult(_scheduler.Reservations(Now));
    }
}
