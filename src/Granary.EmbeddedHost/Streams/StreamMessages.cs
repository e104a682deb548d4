using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Streams;

/// <summary>Events published together, or the end of a stream as a producer sees it.</summary>
[GenerateSerializer, Alias("sys.StreamEvents")]
internal sealed class StreamEvents
{
    [Id(0)]
    public object[] Items { get; init; } = [];

    [Id(1)]
    public bool IsCompleted { get; init; }

    [Id(2)]
    public Exception? Error { get; init; }

    /// <summary>The number of the batch in the stream.</summary>
    [Id(3)]
    public long Sequence { get; set; }
}

/// <summary>Batches for one subscription, in order.</summary>
[GenerateSerializer, Alias("sys.StreamDelivery")]
internal sealed class StreamDelivery
{
    [Id(0)]
    public string Provider { get; init; } = "";

    [Id(1)]
    public StreamId Stream { get; init; }

    [Id(2)]
    public Guid Subscription { get; init; }

    [Id(3)]
    public StreamEvents[] Batches { get; init; } = [];
}

/// <summary>The explicit subscriptions of a stream, as they are stored.</summary>
[GenerateSerializer, Alias("sys.StreamSubscriptions")]
internal sealed class StreamSubscriptions
{
    [Id(0)]
    public List<StreamSubscription> Items { get; init; } = [];
}

/// <summary>Who consumes a stream.</summary>
[GenerateSerializer, Immutable, Alias("sys.StreamSubscription")]
internal sealed record StreamSubscription([property: Id(0)] Guid Id, [property: Id(1)] GrainId Consumer);

/// <summary>A stream (key: provider and id): its subscriptions, and the events on their way.</summary>
[Alias("sys.IMemoryStreamGrain")]
internal interface IMemoryStreamGrain : IGrainWithStringKey
{
    /// <summary>Returns when the events are queued, in the order of the calls.</summary>
    Task Publish(StreamEvents events);

    Task<Guid> Subscribe(GrainId consumer);

    Task Unsubscribe(Guid subscription);

    Task<Guid[]> SubscriptionsOf(GrainId consumer);
}

/// <summary>A consumer of streams: every activation is one, and every client.</summary>
[Alias("sys.IStreamConsumer")]
internal interface IStreamConsumer : IGrainObserver
{
    Task Deliver(StreamDelivery delivery);
}
