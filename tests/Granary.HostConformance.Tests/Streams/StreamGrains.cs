using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.HostConformance.Tests.Streams;

[GenerateSerializer]
public sealed record Reading([property: Id(0)] string Source, [property: Id(1)] int Value);

public interface IProducerGrain : IGrainWithStringKey
{
    Task Publish(string ns, string key, int from, int count);

    Task PublishBatch(string ns, string key, int from, int count);
}

public sealed class ProducerGrain : Grain, IProducerGrain
{
    public async Task Publish(string ns, string key, int from, int count)
    {
        var stream = Stream(ns, key);
        for (var i = from; i < from + count; i++)
            await stream.OnNextAsync(new Reading(key, i));
    }

    public Task PublishBatch(string ns, string key, int from, int count)
        => Stream(ns, key).OnNextBatchAsync(Enumerable.Range(from, count).Select(i => new Reading(key, i)));

    private IAsyncStream<Reading> Stream(string ns, string key)
        => this.GetStreamProvider(HostFixture.Streams).GetStream<Reading>(StreamId.Create(ns, key));
}

/// <summary>Receives events of the namespace "implicit" whose key is its own.</summary>
public interface IImplicitConsumerGrain : IGrainWithStringKey
{
    Task<List<int>> Received();
}

[ImplicitStreamSubscription("implicit")]
public sealed class ImplicitConsumerGrain : Grain, IImplicitConsumerGrain
{
    private readonly List<int> _received = [];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider(HostFixture.Streams).GetStream<Reading>(StreamId.Create("implicit", this.GetPrimaryKeyString()));
        await stream.SubscribeAsync((reading, _) =>
        {
            _received.Add(reading.Value);
            return Task.CompletedTask;
        });
    }

    public Task<List<int>> Received() => Task.FromResult(_received);
}

public interface IExplicitConsumerGrain : IGrainWithStringKey
{
    Task Subscribe(string ns, string key);

    Task Unsubscribe();

    Task End();

    Task<int> Subscriptions(string ns, string key);
}

public sealed class ExplicitConsumerGrain : Grain, IExplicitConsumerGrain
{
    private StreamSubscriptionHandle<Reading>? _handle;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        foreach (var handle in await Stream("explicit", key).GetAllSubscriptionHandles())
            _handle = await handle.ResumeAsync(OnNext);
    }

    public async Task Subscribe(string ns, string key) => _handle = await Stream(ns, key).SubscribeAsync(OnNext);

    public Task Unsubscribe() => _handle!.UnsubscribeAsync();

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<int> Subscriptions(string ns, string key) => (await Stream(ns, key).GetAllSubscriptionHandles()).Count;

    private Task OnNext(Reading reading, StreamSequenceToken? token)
    {
        Barriers.Note(this.GetPrimaryKeyString(), $"{reading.Value}");
        return Task.CompletedTask;
    }

    private IAsyncStream<Reading> Stream(string ns, string key)
        => this.GetStreamProvider(HostFixture.Streams).GetStream<Reading>(StreamId.Create(ns, key));
}
