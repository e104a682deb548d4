using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Streams;

/// <inheritdoc cref="IMemoryStreamGrain"/>
/// <remarks>
/// Each subscription has its own queue and its own pump, so that a slow consumer delays nobody else, and sees every event in order.
/// Events are in memory only. Explicit subscriptions are stored if a storage provider named PubSubStore is configured.
/// </remarks>
[Reentrant, GrainType("sys.stream")]
internal sealed class MemoryStreamGrain(LocalRuntime runtime, GrainClassTable classes, IGrainFactory grains, TimeProvider time) : Grain, IMemoryStreamGrain
{
    private const string SubscriptionStore = "PubSubStore";
    private const int BatchesPerDelivery = 256;
    private static readonly TimeSpan PumpLife = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Guid, Pump> _pumps = [];
    private readonly GrainState<StreamSubscriptions> _stored = new(new StreamSubscriptions());
    private IGrainStorage? _storage;
    private string _provider = "";
    private StreamId _stream;
    private long _sequence;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_provider, _stream) = StreamKey.Parse(this.GetPrimaryKeyString());
        _sequence = time.GetUtcNow().Ticks;
        foreach (var kind in classes.All)
        {
            if (_stream.GetNamespace() is { } name && kind.StreamNamespaces.Contains(name))
            {
                var consumer = StreamKey.ImplicitConsumer(kind, _stream);
                Add(new StreamSubscription(StreamKey.ImplicitId(_provider, _stream, consumer), consumer));
            }
        }
        _storage = ServiceProvider.GetKeyedService<IGrainStorage>(SubscriptionStore);
        if (_storage is null)
            return;
        await _storage.ReadStateAsync("subscriptions", this.GetGrainId(), _stored, cancellationToken);
        _stored.State ??= new StreamSubscriptions();
        foreach (var subscription in _stored.State.Items)
            Add(subscription);
    }

    public Task Publish(StreamEvents events)
    {
        events.Sequence = ++_sequence;
        foreach (var pump in _pumps.Values)
        {
            pump.Waiting.Enqueue(events);
            if (!pump.IsRunning)
                _ = RunAsync(pump);
        }
        return Task.CompletedTask;
    }

    public async Task<Guid> Subscribe(GrainId consumer)
    {
        var subscription = new StreamSubscription(Guid.NewGuid(), consumer);
        _stored.State!.Items.Add(subscription);
        await SaveAsync();
        Add(subscription);
        return subscription.Id;
    }

    public async Task Unsubscribe(Guid subscription)
    {
        _pumps.Remove(subscription);
        if (_stored.State!.Items.RemoveAll(s => s.Id == subscription) > 0)
            await SaveAsync();
    }

    public Task<Guid[]> SubscriptionsOf(GrainId consumer)
        => Task.FromResult(_pumps.Values.Where(p => p.Subscription.Consumer == consumer).Select(p => p.Subscription.Id).ToArray());

    private Task SaveAsync() => _storage?.WriteStateAsync("subscriptions", this.GetGrainId(), _stored) ?? Task.CompletedTask;

    private void Add(StreamSubscription subscription)
        => _pumps.TryAdd(subscription.Id, new Pump(subscription, grains.GetGrain<IStreamConsumer>(subscription.Consumer)));

    private async Task RunAsync(Pump pump)
    {
        pump.IsRunning = true;
        while (pump.Waiting.Count > 0 && _pumps.ContainsKey(pump.Subscription.Id))
        {
            DelayDeactivation(PumpLife);
            var batches = new List<StreamEvents>();
            while (batches.Count < BatchesPerDelivery && pump.Waiting.TryDequeue(out var events))
                batches.Add(events);
            try
            {
                await pump.Consumer.Deliver(new StreamDelivery
                {
                    Provider = _provider,
                    Stream = _stream,
                    Subscription = pump.Subscription.Id,
                    Batches = [.. batches],
                });
            }
            catch (ClientNotAvailableException)
            {
                await Unsubscribe(pump.Subscription.Id);
            }
            catch (Exception e)
            {
                runtime.Log.StreamDeliveryFailed(e, pump.Subscription.Consumer, _stream);
            }
        }
        pump.IsRunning = false;
        DelayDeactivation(TimeSpan.Zero);
    }

    private sealed class Pump(StreamSubscription subscription, IStreamConsumer consumer)
    {
        public StreamSubscription Subscription => subscription;

        public IStreamConsumer Consumer => consumer;

        public Queue<StreamEvents> Waiting { get; } = new();

        public bool IsRunning { get; set; }
    }
}
