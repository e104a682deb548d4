using Granary.EmbeddedHost.Activations;
using Orleans;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Granary.EmbeddedHost.Streams;

/// <summary>The observers that one activation, or one client, has attached to its subscriptions.</summary>
internal sealed class StreamConsumer(GrainId id, Func<IStreamSubscriptionObserver?> subscriptionObserver, HostLog log) : IStreamConsumer
{
    private readonly Dictionary<Guid, IAttachment> _attached = [];
    private readonly Lock _gate = new();

    public GrainId Id { get; set; } = id;


    public static StreamConsumer Of(Activation activation)
    {
        if (activation.GetComponent<StreamConsumer>() is { } consumer)
            return consumer;
        consumer = new StreamConsumer(activation.GrainId, () => activation.GrainInstance as IStreamSubscriptionObserver, activation.Runtime.Log)
        {
            Services = activation.Runtime.Services,
        };
        activation.SetComponent(consumer);
        return consumer;
    }

    public IServiceProvider? Services { get; init; }

    public void Attach(Guid subscription, IAttachment attachment)
    {
        lock (_gate)
            _attached[subscription] = attachment;
    }

    public void Detach(Guid subscription)
    {
        lock (_gate)
            _attached.Remove(subscription);
    }

    public async Task Deliver(StreamDelivery delivery)
    {
        var attachment = Find(delivery.Subscription);
        if (attachment is null && subscriptionObserver() is { } observer && Services is not null)
        {
            var provider = (MemoryStreamProvider)StreamProviders.Get(Services, delivery.Provider);
            await observer.OnSubscribed(new HandleFactory(provider, delivery.Stream, delivery.Subscription, this));
            attachment = Find(delivery.Subscription);
        }
        if (attachment is null)
        {
            log.StreamObserverMissing(delivery.Stream, Id);
            return;
        }
        foreach (var batch in delivery.Batches)
        {
            try
            {
                await attachment.Deliver(batch);
            }
            catch (Exception e)
            {
                log.StreamDeliveryFailed(e, Id, delivery.Stream);
                await attachment.Fail(e);
            }
        }
    }

    private IAttachment? Find(Guid subscription)
    {
        lock (_gate)
            return _attached.GetValueOrDefault(subscription);
    }

    private sealed class HandleFactory(MemoryStreamProvider provider, StreamId stream, Guid subscription, StreamConsumer consumer)
        : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => stream;

        public string ProviderName => provider.Name;

        public StreamSubscriptionHandle<T> Create<T>() => new MemorySubscription<T>((MemoryStream<T>)provider.GetStream<T>(stream), subscription, consumer);
    }
}

/// <summary>An observer on a subscription.</summary>
internal interface IAttachment
{
    Task Deliver(StreamEvents batch);

    Task Fail(Exception error);
}

/// <summary>An observer that takes events one by one.</summary>
internal sealed class ItemAttachment<T>(IAsyncObserver<T> observer) : IAttachment
{
    public async Task Deliver(StreamEvents batch)
    {
        if (batch.IsCompleted)
            await observer.OnCompletedAsync();
        else if (batch.Error is { } error)
            await observer.OnErrorAsync(error);
        for (var i = 0; i < batch.Items.Length; i++)
        {
            try
            {
                await observer.OnNextAsync((T)batch.Items[i], new EventSequenceTokenV2(batch.Sequence, i));
            }
            catch (Exception e)
            {
                await observer.OnErrorAsync(e);
            }
        }
    }

    public Task Fail(Exception error) => observer.OnErrorAsync(error);
}

/// <summary>An observer that takes events in the batches they were published in.</summary>
internal sealed class BatchAttachment<T>(IAsyncBatchObserver<T> observer) : IAttachment
{
    public Task Deliver(StreamEvents batch)
    {
        if (batch.IsCompleted)
            return observer.OnCompletedAsync();
        if (batch.Error is { } error)
            return observer.OnErrorAsync(error);
        return observer.OnNextAsync([.. batch.Items.Select((item, i) => new SequentialItem<T>((T)item, new EventSequenceTokenV2(batch.Sequence, i)))]);
    }

    public Task Fail(Exception error) => observer.OnErrorAsync(error);
}
