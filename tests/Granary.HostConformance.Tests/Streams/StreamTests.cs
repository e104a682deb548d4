using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.HostConformance.Tests.Streams;

[Collection(SharedHost.Name)]
public sealed class StreamTests(HostFixture host)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task An_implicit_consumer_gets_every_event_in_order()
    {
        await host.Grain<IProducerGrain>().Publish("implicit", _id, 0, 50).Within();
        var consumer = host.Grain<IImplicitConsumerGrain>(_id);
        await Bounded.Until(
            async () =>
            {
                Poll();
                return (await consumer.Received()).Count >= 50;
            },
            "the events");
        Assert.Equal(Enumerable.Range(0, 50), await consumer.Received().Within());
    }

    [Fact]
    public async Task An_explicit_consumer_gets_events_until_it_unsubscribes()
    {
        var consumer = host.Grain<IExplicitConsumerGrain>(_id);
        var producer = host.Grain<IProducerGrain>();
        await consumer.Subscribe("explicit", _id).Within();
        Assert.Equal(1, await consumer.Subscriptions("explicit", _id).Within());
        await producer.Publish("explicit", _id, 0, 10).Within();
        await Noted(10);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Barriers.Notes(_id));
        await consumer.Unsubscribe().Within();
        Assert.Equal(0, await consumer.Subscriptions("explicit", _id).Within());
    }

    [Fact]
    public async Task A_subscription_outlives_the_activation_that_made_it()
    {
        var consumer = host.Grain<IExplicitConsumerGrain>(_id);
        await consumer.Subscribe("explicit", _id).Within();
        await consumer.End().Within();
        await host.Grain<IProducerGrain>().Publish("explicit", _id, 7, 1).Within();
        await Noted(1);
        Assert.Equal(["7"], Barriers.Notes(_id));
        await consumer.Unsubscribe().Within();
    }

    [Fact]
    public async Task A_client_publishes_and_consumes()
    {
        var stream = host.Client.GetStreamProvider(HostFixture.Streams).GetStream<Reading>(StreamId.Create("client", _id));
        var handle = await stream.SubscribeAsync((reading, _) =>
        {
            Barriers.Note(_id, $"{reading.Value}");
            return Task.CompletedTask;
        }).Within();
        for (var i = 0; i < 20; i++)
            await stream.OnNextAsync(new Reading("client", i)).Within();
        await Noted(20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), Barriers.Notes(_id));
        await handle.UnsubscribeAsync().Within();
    }

    [Fact]
    public async Task A_batch_observer_gets_the_events_of_a_batch()
    {
        var stream = host.Client.GetStreamProvider(HostFixture.Streams).GetStream<Reading>(StreamId.Create("batch", _id));
        var handle = await stream.SubscribeAsync((IList<SequentialItem<Reading>> items) =>
        {
            foreach (var item in items)
                Barriers.Note(_id, $"{item.Item.Value}");
            return Task.CompletedTask;
        }).Within();
        await host.Grain<IProducerGrain>().PublishBatch("batch", _id, 5, 5).Within();
        await Noted(5);
        Assert.Equal(["5", "6", "7", "8", "9"], Barriers.Notes(_id));
        await handle.UnsubscribeAsync().Within();
    }

    private Task Noted(int count) => Bounded.Until(
        () =>
        {
            Poll();
            return Barriers.Notes(_id).Length >= count;
        },
        $"{count} events");

    /// <summary>A host may look for events by the clock.</summary>
    private void Poll() => host.Time.Advance(TimeSpan.FromMilliseconds(100));
}
