using Granary.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.Grains.Telemetry;

/// <summary>A grain's subscriptions to the telemetry of nodes that come and go.</summary>
/// <param name="services">Of the server: without streams among them nothing is followed.</param>
/// <param name="take">Gets each batch with the node's name, in the grain's turns.</param>
internal sealed class NodeStreams(IServiceProvider services, Action<string, TelemetryBatch> take)
{
    private readonly Dictionary<string, StreamSubscriptionHandle<TelemetryBatch>> _streams = new(StringComparer.Ordinal);

    /// <summary>Subscribes to nodes that are new, and ends what is no longer among them. A subscription outlives an activation: it is taken up again, and not made twice.</summary>
    public async Task FollowAsync(IReadOnlyList<string> names)
    {
        if (services.GetKeyedService<IStreamProvider>(ITelemetryGrain.Streams) is not { } provider) return;
        foreach (var gone in _streams.Keys.Except(names, StringComparer.Ordinal).ToList())
            if (_streams.Remove(gone, out var handle)) await handle.UnsubscribeAsync();
        foreach (var name in names)
        {
            if (_streams.ContainsKey(name)) continue;
            var stream = provider.GetStream<TelemetryBatch>(StreamId.Create(ITelemetryGrain.Streams, name));
            var mine = await stream.GetAllSubscriptionHandles();
            Task Next(TelemetryBatch batch, StreamSequenceToken? _)
            {
                take(name, batch);
                return Task.CompletedTask;
            }

            _streams[name] = mine.Count > 0 ? await mine[0].ResumeAsync(Next) : await stream.SubscribeAsync(Next);
        }
    }
}
