using Granary.EmbeddedHost.Activations;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.EmbeddedHost.Streams;

/// <summary>One stream as its producers and consumers see it.</summary>
internal sealed class MemoryStream<T>(MemoryStreamProvider provider, StreamId id, IMemoryStreamGrain grain) : IAsyncStream<T>
{
    public bool IsRewindable => false;

    public string ProviderName => provider.Name;

    public StreamId StreamId => id;

    public IMemoryStreamGrain Grain => grain;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => grain.Publish(new StreamEvents { Items = [item!] });

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
        => grain.Publish(new StreamEvents { Items = [.. batch.Cast<object>()] });

    public Task OnCompletedAsync() => grain.Publish(new StreamEvents { IsCompleted = true });

    public Task OnErrorAsync(Exception ex) => grain.Publish(new StreamEvents { Error = ex });

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => Subscribe(new ItemAttachment<T>(observer));

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null)
        => Subscribe(new ItemAttachment<T>(observer), token, filterData);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => Subscribe(new BatchAttachment<T>(observer));

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token)
        => Subscribe(new BatchAttachment<T>(observer), token);

    public async Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var consumer = provider.Consumer();
        return [.. (await grain.SubscriptionsOf(consumer.Id)).Select(s => new MemorySubscription<T>(this, s, consumer))];
    }

    public bool Equals(IAsyncStream<T>? other) => other is not null && id == other.StreamId && ProviderName == other.ProviderName;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => HashCode.Combine(id, ProviderName);

    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : id.CompareTo(other.StreamId);

    /// <remarks>A consumer of an implicit subscription is subscribed already; it only attaches.</remarks>
    private async Task<StreamSubscriptionHandle<T>> Subscribe(IAttachment attachment, StreamSequenceToken? token = null, string? filter = null)
    {
        if (token is not null)
            throw new ArgumentException($"Stream {id} of \"{ProviderName}\" is not rewindable; subscribe without a token.", nameof(token));
        if (filter is not null)
            throw new ArgumentException($"Stream provider \"{ProviderName}\" has no filters; subscribe without filter data.", nameof(filter));
        var consumer = provider.Consumer();
        var subscription = RuntimeContext.Current is Activation activation && StreamKey.IsImplicit(activation.Kind, activation.GrainId, id)
            ? StreamKey.ImplicitId(ProviderName, id, activation.GrainId)
            : await grain.Subscribe(consumer.Id);
        consumer.Attach(subscription, attachment);
        return new MemorySubscription<T>(this, subscription, consumer);
    }
}

/// <summary>A subscription of one consumer.</summary>
internal sealed class MemorySubscription<T>(MemoryStream<T> stream, Guid id, StreamConsumer consumer) : StreamSubscriptionHandle<T>
{
    public override StreamId StreamId => stream.StreamId;

    public override string ProviderName => stream.ProviderName;

    public override Guid HandleId => id;

    public override Task UnsubscribeAsync()
    {
        consumer.Detach(id);
        return stream.Grain.Unsubscribe(id);
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
        => Resume(new ItemAttachment<T>(observer), token);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null)
        => Resume(new BatchAttachment<T>(observer), token);

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && id == other.HandleId && StreamId == other.StreamId;

    public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

    public override int GetHashCode() => id.GetHashCode();

    private Task<StreamSubscriptionHandle<T>> Resume(IAttachment attachment, StreamSequenceToken? token)
    {
        if (token is not null)
            throw new ArgumentException($"Stream {StreamId} of \"{ProviderName}\" is not rewindable; resume without a token.", nameof(token));
        consumer.Attach(id, attachment);
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }
}
