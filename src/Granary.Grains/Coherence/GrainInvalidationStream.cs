using Granary.Abstractions;
using Granary.Caching.Coherence;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.Grains.Coherence;

/// <summary>
/// Invalidations on a stream of the grains' host: to every server of the cluster, and to this one. It loses what is on its way when a server dies, and what was said
/// before somebody listened.
/// </summary>
/// <param name="provider">The host's streams.</param>
/// <param name="topic">What the keys are keys of.</param>
public sealed class GrainInvalidationStream(IStreamProvider provider, string topic) : IInvalidationStream
{
    // asked for when it is first used: Orleans has streams only once the silo has begun to start
    private readonly Lazy<IAsyncStream<CacheInvalidation>> _stream =
        new(() => provider.GetStream<CacheInvalidation>(StreamId.Create(CacheInvalidation.Streams, topic)), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The stream that goes by the provider of telemetry; null where the host has none.</summary>
    public static GrainInvalidationStream? Find(IServiceProvider services, string topic) =>
        services.GetKeyedService<IStreamProvider>(ITelemetryGrain.Streams) is { } provider ? new GrainInvalidationStream(provider, topic) : null;

    public Task PublishAsync(Invalidation invalidation, CancellationToken cancel)
    {
        var changes = invalidation.Changes.Select(c => new ChangedKey(c.Key, c.Version)).ToArray();
        return _stream.Value.OnNextAsync(new CacheInvalidation(invalidation.Source, invalidation.Epoch, invalidation.Sequence, changes)).WaitAsync(cancel);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(Action<Invalidation> handler, CancellationToken cancel)
    {
        var handle = await _stream.Value.SubscribeAsync((message, _) =>
        {
            handler(new Invalidation(message.Source, message.Epoch, message.Sequence, [.. message.Changes.Select(c => new KeyVersion(c.Key, c.Version))]));
            return Task.CompletedTask;
        }).WaitAsync(cancel);
        return new Subscription(handle);
    }

    private sealed class Subscription(StreamSubscriptionHandle<CacheInvalidation> handle) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(handle.UnsubscribeAsync());
    }
}
